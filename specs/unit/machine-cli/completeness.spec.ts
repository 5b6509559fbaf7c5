import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DIFFERENCES, FURTHER } from '../../machine-cli/intended-differences.ts';
import {
  readNames,
  readNotReplayed,
  readRecordings,
  SCENARIOS,
  SWARM_SCENARIO,
} from '../../machine-cli/recordings.ts';

const root = join(import.meta.dirname, '../../..');
const replayed = ([...SCENARIOS, SWARM_SCENARIO] as const).flatMap(readRecordings);

test('each recording is either replayed or left out for a reason, and none is both', () => {
  const leftOut = readNotReplayed().flatMap(({ names }) => names);
  const all = [...replayed.map(({ name }) => name), ...leftOut];
  // One by one, so that a name that is there twice is seen.
  expect(all.toSorted()).toEqual(readNames().toSorted());
  expect(readNotReplayed().filter(({ reason }) => reason.trim() === '')).toEqual([]);
});

test('each intended difference is to a recording that is replayed', () => {
  const names = new Set(replayed.map(({ name }) => name));
  expect(Object.keys(DIFFERENCES).filter((name) => !names.has(name))).toEqual([]);
});

test('the documentation gives the reasons of the intended differences, each of them and no other', () => {
  const documentation = readFileSync(join(root, 'docs/netns-machine.md'), 'utf8');
  const [, section = ''] = documentation.split(/^## Where it differs.*$/m);
  const [table = ''] = section.split(/^## /m, 1);
  const told = [...table.matchAll(/^\|(?! ---)(?! difference \|).*\| (.*) \|$/gm)].map(
    ([, why]) => why,
  );
  const known = Object.values(DIFFERENCES).map(({ reason }) => reason);
  expect(new Set(told)).toEqual(new Set([...known, ...Object.keys(FURTHER)]));
  expect(new Set(told).size).toBe(told.length);
});

test('what no recording shows is shown by a file that there is', () => {
  const files = Object.values(FURTHER).filter((file) => !existsSync(join(root, file)));
  expect(files).toEqual([]);
});
