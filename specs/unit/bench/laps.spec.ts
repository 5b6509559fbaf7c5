import { describe, expect, test } from 'vitest';
import { Laps, medianOf, readStages } from '../../bench/laps.ts';

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

test('stages are read out of what up says, and nothing else is', () => {
  const said = `[   0.1 s] provider netns, because this is Linux  0.1 s
[   0.9 s]   images of consul.tar …
[   2.0 s]   keystore  1.9 s
[   3.5 s]   ✖ cluster  1.5 s
[  12.5 s]   network  1.0 s
[  12.6 s] bring up seed  12.5 s`;
  expect(readStages(said)).toEqual([
    { name: 'keystore', seconds: 2 },
    { name: 'network', seconds: 12.5 },
  ]);
});

test('stages are read out of the laps that a script prints', () => {
  expect(readStages('   0.81 keystore engine\n  13.60 mysql answers\nengine 101 not up\n')).toEqual(
    [
      { name: 'keystore engine', seconds: 0.81 },
      { name: 'mysql answers', seconds: 13.6 },
    ],
  );
});
