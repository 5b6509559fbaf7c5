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

test('each recording is either replayed or excluded with a reason', () => {
  const leftOut = readNotReplayed().flatMap(({ names }) => names);
  const all = [...replayed.map(({ name }) => name), ...leftOut];
  // Compared as lists, so that duplicate names are found.
  expect(all.toSorted()).toEqual(readNames().toSorted());
  expect(readNotReplayed().filter(({ reason }) => reason.trim() === '')).toEqual([]);
});

test('each intended difference refers to a recording that is replayed', () => {
  const names = new Set(replayed.map(({ name }) => name));
  expect(Object.keys(DIFFERENCES).filter((name) => !names.has(name))).toEqual([]);
});

test('the documentation lists the reasons of all intended differences, and no others', () => {
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

test('each difference without a recording names an existing spec file', () => {
  const files = Object.values(FURTHER).filter((file) => !existsSync(join(root, file)));
  expect(files).toEqual([]);
});
