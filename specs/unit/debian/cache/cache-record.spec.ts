import {
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, describe, expect } from 'vitest';
import {
  findChange,
  findDamage,
  recordFiles,
} from '../../../../helpers/debian/cache/cache-record.ts';

const test = base.extend(
  'entry',
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  async ({}, { onCleanup }) => {
    const home = mkdtempSync(join(tmpdir(), 'record-'));
    onCleanup(() => rmSync(home, { recursive: true }));
    const folder = join(home, 'one');
    mkdirSync(join(folder, 'usr'), { recursive: true });
    writeFileSync(join(folder, 'usr/dockerd'), 'program');
    symlinkSync('usr/dockerd', join(folder, 'link'));
    const record = join(home, 'records/one.json');
    await recordFiles(folder, record);
    return { folder, record };
  },
);

test('an unchanged folder has neither change nor damage', async ({ entry }) => {
  expect(findChange(entry.folder, entry.record)).toBeUndefined();
  expect(await findDamage(entry.folder, entry.record)).toBeUndefined();
});

describe('a changed file is named', () => {
  test.for<[string, (folder: string) => void, string]>([
    ['cut off', (folder) => writeFileSync(join(folder, 'usr/dockerd'), 'pro'), 'usr/dockerd'],
    ['missing', (folder) => rmSync(join(folder, 'usr'), { recursive: true }), 'usr/dockerd'],
    ['a missing link', (folder) => rmSync(join(folder, 'link')), 'link'],
  ])('%s', async ([, damage, file], { entry }) => {
    damage(entry.folder);
    expect(findChange(entry.folder, entry.record)).toBe(file);
    expect(await findDamage(entry.folder, entry.record)).toBe(file);
  });

  test('a file with the same size and time is found by its digest', async ({ entry }) => {
    const file = join(entry.folder, 'usr/dockerd');
    const { atime, mtime } = statSync(file);
    writeFileSync(file, 'PROGRAM');
    utimesSync(file, atime, mtime);
    expect(await findDamage(entry.folder, entry.record)).toBe('usr/dockerd');
  });
});

test('without a record, neither change nor damage is found', async ({ entry }) => {
  writeFileSync(entry.record, 'half a rec');
  expect(findChange(entry.folder, entry.record)).toBeUndefined();
  expect(await findDamage(entry.folder, entry.record)).toBeUndefined();
});
