import { describe, expect, test } from 'vitest';
import { medianOf } from '../../../helpers/process/median.ts';

describe('the median', () => {
  test('of an odd number of times is the middle one, in any order', () => {
    expect(medianOf([9, 1, 2])).toBe(2);
    expect(medianOf([4])).toBe(4);
    // As text, 10 comes before 9.
    expect(medianOf([10, 9, 11])).toBe(10);
  });

  test('of an even number is the mean of the two in the middle', () => {
    expect(medianOf([1, 8, 2, 4])).toBe(3);
  });

  test('of an empty list is undefined', () => {
    expect(medianOf([])).toBeUndefined();
  });
});
