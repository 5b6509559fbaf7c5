import { expect, test } from 'vitest';
import { drawProbes } from '../../engine-versions/draw-probes.ts';
import { longestGap, type Probe } from '../../engine-versions/probes.ts';

const probes: Probe[] = [
  { at: 10, answered: true },
  { at: 13, answered: true },
  { at: 14, answered: true },
  { at: 15.2, answered: false },
  { at: 16.5, answered: true },
  { at: 16.7, answered: true },
];

test('the longest gap is between two answers, independent of the losses in between', () => {
  expect(longestGap(probes, 13.5, 17)).toEqual({ from: 14, to: 16.5 });
});

test('a gap counts for each step that it overlaps', () => {
  expect(longestGap(probes, 11, 12)).toEqual({ from: 10, to: 13 });
  expect(longestGap(probes, 16.6, 16.65)).toEqual({ from: 16.5, to: 16.7 });
});

test('the picture has a mark for each probe and the gap of each step', () => {
  const svg = drawProbes([{ name: 'one', probes }], [{ what: 'moved', from: 14, to: 17 }]);
  expect(svg.match(/#2a2/g)).toHaveLength(5);
  expect(svg.match(/#d22/g)).toHaveLength(1);
  expect(svg).toContain('>2.50 s<');
});
