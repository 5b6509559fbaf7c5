import { expect, test } from 'vitest';
import type { Diagnosis } from '../../../../helpers/check/model/diagnosis.ts';
import { describeFlapping } from '../../../../helpers/check/watch/changes.ts';
import { FlappingWatch } from '../../../../helpers/check/watch/flapping.ts';

function finding(host: string): Diagnosis {
  return { code: 'vxlan-blocked', where: { host }, summary: 'x', evidence: [], consequences: [] };
}

const minute = 60_000;

test('a finding flaps from its third appearance within an hour, until an hour has only two', () => {
  const watch = new FlappingWatch();
  const one = finding('a');
  /** The number of appearances that begin to flap, and the number of flapping findings. */
  const note = (at: number, isThere: boolean) => {
    const begun = watch.note(isThere ? [one] : [], at * minute);
    return [begun.map(({ appearances }) => appearances), watch.flapping.length];
  };
  expect(note(0, true)).toEqual([[], 0]);
  // It stays: this is no appearance.
  expect(note(1, true)).toEqual([[], 0]);
  expect(note(2, false)).toEqual([[], 0]);
  expect(note(3, true)).toEqual([[], 0]);
  expect(note(4, false)).toEqual([[], 0]);
  expect(note(5, true)).toEqual([[3], 1]);
  // It is reported once.
  expect(note(6, false)).toEqual([[], 1]);
  expect(note(7, true)).toEqual([[], 1]);
  // The first appearance is an hour ago, but three others are not.
  expect(note(61, true)).toEqual([[], 1]);
  expect(note(64, true)).toEqual([[], 0]);
});

test('a finding that appears rarely does not flap', () => {
  const watch = new FlappingWatch();
  for (let hour = 0; hour < 50; hour += 1) {
    expect(watch.note([finding('a')], hour * 31 * minute)).toEqual([]);
    expect(watch.note([], (hour * 31 + 1) * minute)).toEqual([]);
  }
});

test('the findings of two places are two findings', () => {
  const watch = new FlappingWatch();
  for (const host of ['a', 'b', 'c', 'd', 'e', 'f']) {
    expect(watch.note([finding(host)], 0)).toEqual([]);
  }
});

test('its memory is limited, and the oldest findings are forgotten first', () => {
  const watch = new FlappingWatch();
  const first = finding('first');
  watch.note([first], 0);
  watch.note([], 1);
  watch.note([first], 2);
  for (let number = 0; number < 5000; number += 1) watch.note([finding(`host-${number}`)], 3);
  // Its two appearances are forgotten.
  expect(watch.note([first], 4)).toEqual([]);
  expect(watch.flapping).toEqual([]);
});

test('the line of a flapping finding names the number and the time', () => {
  expect(describeFlapping({ diagnosis: finding('a'), appearances: 3 })).toBe(
    '~ flapping, 3 times in 60 minutes: vxlan-blocked, a: x',
  );
});
