import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { drawMeasuredLatencies } from '../../../helpers/report/pictures/draw-measured-latencies.ts';
import { drawTimeline } from '../../../helpers/report/pictures/draw-timeline.ts';
import { isUnrecovered, renderMeasurement } from '../../../helpers/report/text/measurement-text.ts';
import { hasNoOutage, recovers } from '../../../helpers/spec/matchers/to-recover.ts';
import { readReport } from '../measure/recording.ts';
import { shapesOf, textsOf } from './read-svg.ts';

const partition = readReport('partition');
const killed = readReport('engine-killed');

describe('The table of a measurement', () => {
  const lines = renderMeasurement(partition).split('\n');

  test('has the fault, and the outages of each path', () => {
    expect(lines[0]).toBe('Measured for 34.6 s.');
    expect(lines[1]).toBe(
      'Fault: worker-host and mh-keystore, master-host cannot reach each other, from 3.5 s to 11.8 s.',
    );
    expect(lines.find((line) => /^tomcat-app → mysqlserver +UDP/.test(line))).toMatch(
      / 136 of 629 +7\.6 s +3\.9 s to 11\.5 s$/,
    );
    expect(lines.find((line) => /^tomcat-app → mysqlserver +DNS/.test(line))).toMatch(
      / 0 of 629 .* none$/,
    );
  });

  test('has the recovery of each layer, and the last one', () => {
    expect(lines.find((line) => line.startsWith('gossip'))).toMatch(/ 22\.7 s after the fault$/);
    expect(lines.at(-1)).toBe(
      '✔ Everything is correct. The last layer: gossip, 22.7 s after the fault.',
    );
    expect(isUnrecovered(partition)).toBe(false);
  });

  test('has the defect that never recovered, with its code', () => {
    const text = renderMeasurement(killed);
    expect(text).toContain('✖ never recovered: kernel tables');
    expect(text).toContain('✖ forwarding-entry-missing, master-host → worker-host');
    expect(text).not.toContain('Everything is correct');
    expect(text).toContain('the connection broke at 13.8 s');
    expect(isUnrecovered(killed)).toBe(true);
  });

  test('of a check that did not complete does not say that everything is correct', () => {
    const { neverRecovered } = partition;
    const unknown = { ...partition, neverRecovered: { ...neverRecovered, unknown: 'no engine' } };
    expect(renderMeasurement(unknown)).not.toContain('✔');
    expect(isUnrecovered(unknown)).toBe(true);
  });
});

describe('The matchers of measurements', () => {
  test('toRecover fails with the code of a defect that remains', () => {
    expect(recovers(partition).pass).toBe(true);
    expect(recovers(killed).pass).toBe(false);
    expect(recovers(killed).message()).toMatch(/^forwarding-entry-missing: /);
  });

  test('toHaveNoOutage fails with each outage', () => {
    expect(hasNoOutage(partition).pass).toBe(false);
    expect(hasNoOutage(partition).message()).toContain(
      'outage: tomcat-app → mysqlserver, UDP: 3.9 s to 11.5 s',
    );
    const calm = { ...partition, paths: partition.paths.filter(({ kind }) => kind === 'name') };
    expect(hasNoOutage(calm).pass).toBe(true);
  });
});

describe('The timeline', () => {
  test('has the fault, and each outage at its time', async () => {
    const shapes = shapesOf(await drawTimeline(partition));
    const scale = 720 / partition.duration;
    const at = (words: string) => {
      const found = shapes.find(({ title }) => title?.startsWith(words));
      return [found?.left, found?.right].map((x) => Math.round((x ?? -1) / scale / 100) / 10);
    };
    expect(at('worker-host and mh-keystore, master-host cannot')).toEqual([3.5, 11.8]);
    expect(at('tomcat-app → mysqlserver · UDP: outage')).toEqual([3.9, 11.5]);
  });

  test('has a strip for each path and layer, and the events', async () => {
    const texts = textsOf(await drawTimeline(partition));
    for (const part of ['Paths', 'Layers', 'Events', 'fault: injected', 'fault: undone']) {
      expect(texts).toContain(part);
    }
    expect(texts).toContain('tomcat-app → mysqlserver · UDP · 136 of 629 not answered');
    expect(texts).toContain('gossip · correct 22.7 s after the fault');
    // The picture of the page is this one.
    const page = join(import.meta.dirname, '../../../docs/pictures/timeline.svg');
    expect(readFileSync(page, 'utf8')).toBe(await drawTimeline(partition));
    const broken = textsOf(await drawTimeline(killed));
    expect(broken).toContain('kernel tables · correct never');
  });
});

describe('The picture of latencies', () => {
  test('has a strip for each path and time, from p50 to p99', async () => {
    const shapes = shapesOf(await drawMeasuredLatencies(partition));
    const strips = shapes.flatMap(({ title, left, right }) =>
      title === undefined ? [] : [{ title, length: right - left, left }],
    );
    const expected = partition.paths.flatMap(({ latencies: { before, during, after } }) =>
      Object.entries({ before, during, after }).flatMap(([phase, values]) =>
        values === undefined ? [] : [{ phase, p50: values.p50 }],
      ),
    );
    expect(new Set(expected.map(({ phase }) => phase))).toEqual(
      new Set(['before', 'during', 'after']),
    );
    expect(strips.map(({ title }) => /, (\w+): p50 /.exec(title)?.[1])).toEqual(
      expected.map(({ phase }) => phase),
    );
    // On one scale: more milliseconds are further right.
    const drawn = expected.map(({ p50 }, index) => ({ p50, left: strips[index]?.left ?? 0 }));
    const byTime = drawn.toSorted((one, other) => one.p50 - other.p50);
    expect(byTime.map(({ left }) => left)).toEqual(
      byTime.map(({ left }) => left).toSorted((one, other) => one - other),
    );
    expect(strips.every(({ length }) => length >= 0)).toBe(true);
    expect(strips.some(({ length }) => length > 100)).toBe(true);
  });

  test('says that a path had no answer', async () => {
    const [path] = partition.paths;
    const silent = { ...partition, paths: path === undefined ? [] : [{ ...path, latencies: {} }] };
    expect(textsOf(await drawMeasuredLatencies(silent))).toContainEqual(
      expect.stringMatching(/ · no answer$/),
    );
  });

  test('is the one of the page', async () => {
    const page = join(import.meta.dirname, '../../../docs/pictures/fault-latencies.svg');
    expect(readFileSync(page, 'utf8')).toBe(await drawMeasuredLatencies(partition));
  });
});
