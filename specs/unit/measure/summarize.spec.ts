import { describe, expect, test } from 'vitest';
import {
  outagesOf,
  type PathRecord,
  silencesOf,
  summarizePath,
} from '../../../helpers/measure/summarize.ts';
import type { Sample } from '../../../helpers/measure/meter/meter-lines.ts';
import { dropped, samplesOf } from './recording.ts';

const names = ['icmp', 'udp', 'tcp', 'stream', 'name'] as const;

/** One request each 50 ms: `.` is answered, `x` is not. */
function samples(outcomes: string, first = 0): Sample[] {
  return outcomes.split('').map((one, index) => ({
    at: first + index * 50,
    outcome: one === '.' ? 1 : 'no answer',
  }));
}

function recordOf(path: number): PathRecord {
  const kind = names[path] ?? 'icmp';
  return {
    kind,
    from: 'tomcat-app',
    to: 'mysqlserver',
    samples: samplesOf(path),
    absences: [],
    duplicated: 0,
    late: 0,
    broken: [],
  };
}

describe('The outages of a path', () => {
  test.for([0, 1, 2])('of a real partition begin and end with it: path %i', (path) => {
    const { outages, lost, sent, answered } = summarizePath(recordOf(path), [], 49_803_000);
    expect(outages).toHaveLength(1);
    const { from = 0, to = 0 } = outages[0] ?? {};
    expect(from).toBeGreaterThan(dropped.from - 100);
    expect(from).toBeLessThan(dropped.from + 200);
    // The firewall is changed between the two readings of the clock, and a kernel sends the first packet of a connection
    // again after a second.
    expect(to).toBeGreaterThan(dropped.to - (path === 2 ? 1200 : 200));
    expect(to).toBeLessThan(dropped.to + 300);
    expect(lost).toBeGreaterThan(5);
    expect(lost + answered).toBe(sent);
  });

  test('are none where nothing was lost', () => {
    const { outages, lost, sent, answered } = summarizePath(recordOf(4), [], 49_803_000);
    expect(outages).toEqual([]);
    expect(lost).toBe(0);
    expect(answered).toBe(sent);
  });

  test('are at least four requests in succession: less is loss', () => {
    expect(outagesOf(samples('..xxx..x.xx...'), [])).toEqual([]);
    expect(outagesOf(samples('..xxxx..'), [])).toEqual([
      { from: 100, to: 300, because: ['no answer'] },
    ]);
  });

  test('without an end have none', () => {
    expect(outagesOf(samples('..xxxxx'), [])).toEqual([{ from: 100, because: ['no answer'] }]);
  });

  test('contain the absence of a sender, which sends nothing', () => {
    const all = [...samples('....'), ...samples('....', 5000)];
    expect(outagesOf(all, [{ from: 200, to: 4900 }])).toEqual([
      { from: 200, to: 5000, because: ['sender down'] },
    ]);
    expect(outagesOf(samples('....'), [{ from: 200 }])).toEqual([
      { from: 200, because: ['sender down'] },
    ]);
  });

  test('are not times in which this computer was too busy to send', () => {
    const all = [...samples('....'), ...samples('....', 5000)];
    expect(outagesOf(all, [])).toEqual([]);
    expect(silencesOf(all, [], 5200)).toEqual([{ from: 150, to: 5000 }]);
    expect(silencesOf(all, [{ from: 200, to: 4900 }], 5200)).toEqual([]);
  });
});

describe('The summary of a path', () => {
  test('has the longest time between two answers', () => {
    const record = { ...recordOf(0), samples: samples('..xxxxx....') };
    expect(summarizePath(record, [], 500).longestGap).toBe(300);
    // Also at the end.
    expect(summarizePath(record, [], 5000).longestGap).toBe(4500);
  });

  test('has latencies before, during and after faults', () => {
    const all = [1, 2, 3, 40, 50, 60, 7, 8, 9].map((outcome, index) => ({
      at: index * 100,
      outcome,
    }));
    const faults = [{ title: 'a fault', from: 250, to: 550 }];
    const { latencies } = summarizePath({ ...recordOf(0), samples: all }, faults, 900);
    expect(latencies).toEqual({
      before: { p50: 2, p90: 3, p99: 3, max: 3 },
      during: { p50: 50, p90: 60, p99: 60, max: 60 },
      after: { p50: 8, p90: 9, p99: 9, max: 9 },
    });
  });

  test('counts refused requests as failed, not as lost', () => {
    const all: Sample[] = [
      { at: 0, outcome: 1 },
      { at: 50, outcome: 'ECONNREFUSED' },
      { at: 100, outcome: 'no answer' },
    ];
    const summary = summarizePath({ ...recordOf(2), samples: all }, [], 150);
    expect(summary).toMatchObject({ sent: 3, answered: 1, lost: 1, failed: 1 });
  });
});
