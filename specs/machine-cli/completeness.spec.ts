import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DIFFERENCES } from './intended-differences.ts';
import { readNotReplayed, readRecordings, RECORDED, type Scenario } from './recordings.ts';

const SCENARIOS: Readonly<Record<Scenario, true>> = {
  words: true,
  order: true,
  broken: true,
  making: true,
  reading: true,
  copying: true,
  engines: true,
  third: true,
  none: true,
  off: true,
  lifecycle: true,
};

const replayed = Object.keys(SCENARIOS).flatMap((name) => readRecordings(name as Scenario));

test('each recording is either replayed or left out for a reason, and none is both', () => {
  const leftOut = readNotReplayed().flatMap(({ names }) => names);
  const all = [...replayed.map(({ name }) => name), ...leftOut];
  expect(new Set(all).size).toBe(all.length);
  expect(all.length).toBe(RECORDED);
});

test('each intended difference is to a recording that is replayed', () => {
  const names = new Set(replayed.map(({ name }) => name));
  expect(Object.keys(DIFFERENCES).filter((name) => !names.has(name))).toEqual([]);
});

test('the documentation names each reason for a difference', () => {
  const file = join(import.meta.dirname, '../../docs/netns-machine.md');
  const documentation = readFileSync(file, 'utf8');
  const reasons = new Set(Object.values(DIFFERENCES).map(({ reason }) => reason));
  expect([...reasons].filter((reason) => !documentation.includes(reason))).toEqual([]);
});
