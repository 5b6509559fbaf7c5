import { describe, expect, test } from 'vitest';
import { Laps, medianOf, readPrintedLaps, readStages } from '../../bench/laps.ts';

describe('the median', () => {
  test('of an odd number of times is the one in the middle, whatever their order', () => {
    expect(medianOf([9, 1, 2])).toBe(2);
    expect(medianOf([4])).toBe(4);
    // As text, 10 comes before 9.
    expect(medianOf([10, 9, 11])).toBe(10);
  });

  test('of an even number is between the two in the middle', () => {
    expect(medianOf([1, 8, 2, 4])).toBe(3);
  });
});

test('laps keep each time, and the order of their names', () => {
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

test('a script prints a lap per line', () => {
  expect(
    readPrintedLaps('   0.81 keystore engine\n  13.60 mysql answers\nengine 101 not up\n'),
  ).toEqual([
    { name: 'keystore engine', seconds: 0.81 },
    { name: 'mysql answers', seconds: 13.6 },
  ]);
});
