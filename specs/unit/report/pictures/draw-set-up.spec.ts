import { describe, expect, test } from 'vitest';
import { drawSetUp } from '../../../../helpers/report/pictures/draw-set-up.ts';
import { widthOf } from '../../../../helpers/report/pictures/render-chart.ts';
import { planSetUp, type SetUpBar } from '../../../../helpers/report/pictures/set-up-bars.ts';
import type {
  RecordedActivity,
  SetUpRecord,
} from '../../../../helpers/topology/bring-up/set-up-record.ts';
import { shapesOf, textsOf } from '../read-svg.ts';

/** Ten seconds: two stages one after the other, on two machines, one of which waits for the other. */
const record: SetUpRecord = {
  version: 1,
  topology: 'seed',
  startedAt: 1000,
  endedAt: 11_000,
  activities: [
    activity(1, 'stage', 'bring up seed', 0, 10),
    activity(2, 'stage', 'keystore', 0, 4, { parent: 1 }),
    activity(3, 'stage', 'cluster', 4, 10, { parent: 1 }),
    activity(4, 'transfer', 'unpack Docker', 0, 1),
    activity(5, 'command', 'mh-keystore: docker run consul', 1, 4, {
      parent: 2,
      machine: 'mh-keystore',
    }),
    activity(6, 'wait', 'worker-host: what its engine needs first', 0, 4, {
      parent: 3,
      machine: 'worker-host',
    }),
    activity(7, 'command', 'machine worker-host: boot', 4, 9, {
      parent: 3,
      machine: 'worker-host',
    }),
    activity(8, 'wait', 'machine worker-host: PID 1', 4, 9, { parent: 7, machine: 'worker-host' }),
    activity(9, 'http', 'GET /v1/status/leader', 2, 3, { parent: 5, machine: 'mh-keystore' }),
  ],
};

describe('The picture of a set-up', () => {
  test('has lanes for the stages, for work without a machine, and for each machine', async () => {
    const heads = textsOf(await drawSetUp(record)).filter((text) => lanes.includes(text));
    expect(heads).toEqual(lanes);
  });

  test('has each bar at its time, with its name and duration', async () => {
    const scale = 448 / 10;
    const bars = shapesOf(await drawSetUp(record)).map(({ title, left, right }) => ({
      title,
      from: Math.round((left / scale) * 10) / 10,
      to: Math.round((right / scale) * 10) / 10,
    }));
    expect(bars.toSorted((one, other) => one.title.localeCompare(other.title))).toEqual([
      { title: 'boot: 4.0 s to 9.0 s, 5.0 s', from: 4, to: 9 },
      { title: 'cluster: 4.0 s to 10.0 s, 6.0 s', from: 4, to: 10 },
      { title: 'docker run consul: 1.0 s to 4.0 s, 3.0 s', from: 1, to: 4 },
      { title: 'keystore: 0.0 s to 4.0 s, 4.0 s', from: 0, to: 4 },
      { title: 'unpack Docker: 0.0 s to 1.0 s, 1.0 s', from: 0, to: 1 },
      { title: 'waits: what its engine needs first: 0.0 s to 4.0 s, 4.0 s', from: 0, to: 4 },
    ]);
  });

  test('shows the total time and labels each bar that is long enough', async () => {
    const texts = textsOf(await drawSetUp(record));
    expect(texts).toContain('seed set up in 10.0 s');
    expect(texts).toEqual(
      expect.arrayContaining([
        'unpack Docker 1.0 s',
        'docker run consul 3.0 s',
        'waits: what its engine needs first 4.0 s',
      ]),
    );
  });

  test('shows waits with dashes, and failures with their sign and reason', async () => {
    const [boot] = record.activities.filter(({ id }) => id === 7);
    if (boot === undefined) throw new Error('no boot');
    const failed = { ...boot, failure: 'machine worker-host: boot: no room' };
    const others = record.activities.filter(({ id }) => id !== 7);
    const svg = await drawSetUp({ ...record, failure: 'no room', activities: [...others, failed] });
    expect(textsOf(svg)).toEqual(
      expect.arrayContaining(['✖ seed failed after 10.0 s', '✖ boot 5.0 s']),
    );
    expect(svg).toContain(
      '<title>✖ boot: 4.0 s to 9.0 s, 5.0 s; machine worker-host: boot: no room<',
    );
    expect(svg.match(/<path[^>]* stroke-dasharray="3,2"[^>]*><title>waits: /g)).toHaveLength(1);
    expect(svg.match(/stroke-dasharray="3,2"/g)).toHaveLength(1);
    expect(await drawSetUp(record)).not.toContain('✖ boot');
  });

  test('shows unfinished work until the end, as failed', async () => {
    const { endedAt: _, ...unended } = activity(10, 'command', 'apt-get download', 2, 3);
    const svg = await drawSetUp({ ...record, activities: [...record.activities, unended] });
    expect(shapesOf(svg).map(({ title }) => title)).toContain(
      '✖ apt-get download: 2.0 s to 10.0 s, 8.0 s',
    );
  });

  test('keeps every label inside, and no bars or labels of a row overlap', () => {
    const many = Array.from({ length: 40 }, (_, index) =>
      activity(
        100 + index,
        'command',
        `something with a long name, number ${index}`,
        index / 5,
        index / 5 + 2,
      ),
    );
    const { lanes: all } = planSetUp(
      { ...record, activities: [...record.activities, ...many] },
      448,
    );
    const rows = all.flatMap(({ bars }) => [...Map.groupBy(bars, ({ row }) => row).values()]);
    expect(rows.length).toBeGreaterThan(10);
    for (const row of rows) {
      let end = 0;
      for (const [left, right] of row.map(extentOf).toSorted(([one], [other]) => one - other)) {
        expect(left).toBeGreaterThanOrEqual(end);
        end = right;
      }
      expect(end).toBeLessThanOrEqual(448);
    }
  });
});

/** Returns the extent of a bar and its label, in pixels. */
function extentOf({ from, to, side, label }: SetUpBar): [number, number] {
  const [left, right] = [from * 44.8, to * 44.8];
  const words = label === '' ? 0 : widthOf(label);
  if (side === 'in') return [left, Math.max(right, left + words)];
  return side === 'behind' ? [left, right + words] : [left - words, right];
}

const lanes = ['stages', 'no machine', 'mh-keystore', 'worker-host'];

/** @param from in seconds, like `to` */
function activity(
  id: number,
  kind: RecordedActivity['kind'],
  title: string,
  from: number,
  to: number,
  more: Partial<RecordedActivity> = {},
): RecordedActivity {
  return { id, kind, title, startedAt: 1000 + from * 1000, endedAt: 1000 + to * 1000, ...more };
}
