import { expect, test } from 'vitest';
import { Laps, readPrintedLaps, readStages } from '../../bench/laps.ts';

test('timings keep each time, in the order of their names', () => {
  const laps = new Laps();
  laps.add('up', 3);
  laps.add('down', 1);
  laps.add('up', 1);
  expect(laps.median('up')).toBe(2);
  expect(laps.median('sideways')).toBeUndefined();
  expect(Object.entries(laps.all)).toEqual([
    ['up', { median: 2, each: [3, 1] }],
    ['down', { median: 1, each: [1] }],
  ]);
});

test('stages end in the order of their times; a failed stage and a running stage have no time', () => {
  const activities = [
    { code: 'bring-up', endedAt: 13_500 },
    { endedAt: 1100 },
    { code: 'network', endedAt: 13_500 },
    { code: 'keystore', endedAt: 3000 },
    { code: 'cluster', endedAt: 4500, failure: 'timed out' },
    { code: 'workload' },
  ] as const;
  expect(readStages(activities, 1000)).toEqual([
    { name: 'keystore', seconds: 2 },
    { name: 'network', seconds: 12.5 },
  ]);
});

test('a script prints one timing per line', () => {
  expect(
    readPrintedLaps('   0.81 keystore engine\n  13.60 mysql answers\nengine 101 not up\n'),
  ).toEqual([
    { name: 'keystore engine', seconds: 0.81 },
    { name: 'mysql answers', seconds: 13.6 },
  ]);
});
