import { existsSync, readdirSync, statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test as base, describe, expect } from 'vitest';
import {
  examineStateDirectory,
  leaveStateDirectory,
  takeStateDirectory,
} from '../../../../helpers/netns/state/state-directory.ts';

const test = base.extend(
  'folder',
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  async ({}, { onCleanup }) => {
    const folder = await mkdtemp(join(tmpdir(), 'state-directory-'));
    onCleanup(() => rm(folder, { recursive: true, force: true }));
    return folder;
  },
);

describe('a state directory', () => {
  test('that is new or was empty is marked, accessible to its owner only, and removed again', async ({
    folder,
  }) => {
    await chmod(folder, 0o777);
    for (const one of [folder, join(folder, 'below')]) {
      await rm(join(folder, '.overlay-e2e'), { force: true });
      await takeStateDirectory(one);
      expect(examineStateDirectory(one)).toBe('own');
      expect((statSync(one).mode & 0o777).toString(8)).toBe('700');
    }
    expect(await leaveStateDirectory(join(folder, 'below'))).toEqual([]);
    expect(existsSync(join(folder, 'below'))).toBe(false);
  });

  test('keeps other files and names them', async ({ folder }) => {
    await takeStateDirectory(folder);
    await writeFile(join(folder, 'notes.txt'), '');
    expect(await leaveStateDirectory(folder)).toEqual(['notes.txt']);
    expect(examineStateDirectory(folder)).toBe('own');
  });

  test('belongs to the program if it is marked, with any content', async ({ folder }) => {
    await mkdir(join(folder, '.overlay-e2e'));
    await writeFile(join(folder, 'notes.txt'), '');
    expect(examineStateDirectory(folder)).toBe('own');
  });

  test('that other users may write is rejected once it has content', async ({ folder }) => {
    await takeStateDirectory(folder);
    await chmod(folder, 0o770);
    await expect(takeStateDirectory(folder)).rejects.toThrow(
      `use the state directory ${folder}: other users may write to it (mode 770). Inspect its content, then chmod -R go-w ${folder}`,
    );
  });
});

describe('a folder with content and without a marker is not changed', () => {
  test.for<[string, Record<string, string>]>([
    ['another application with certificates', { 'certs/ca.pem': 'x', 'data/db': 'x' }],
    ['certificates alone', { 'certs/ca.pem': 'x' }],
    ['a store of docker-machine', { 'certs/ca.pem': '', 'machines/vm/config.json': '{}' }],
    ['a state directory beside something else', { 'netns/range': '', 'notes.txt': '' }],
    [
      'another program’s topology of the same name',
      { 'topology.json': '{"topology":"x","provider":"y","store":"/elsewhere"}' },
    ],
  ])('%s', async ([, files], { folder }) => {
    await write(folder, files);
    const before = readdirSync(folder, { recursive: true });
    expect(examineStateDirectory(folder)).toBe('foreign');
    await expect(takeStateDirectory(folder)).rejects.toThrow(
      `use the state directory ${folder}: overlay-e2e did not create it, and it contains ${readdirSync(folder).sort().join(', ')}. Set MACHINE_STORAGE_PATH to a new or an empty folder.`,
    );
    expect(readdirSync(folder, { recursive: true })).toEqual(before);
  });
});

describe('a state directory of a version without markers is recognized by', () => {
  test.for<[string, Record<string, string>]>([
    ['its range', { 'netns/range': '192.168.99.0/24\n', 'certs/ca.pem': '' }],
    ['a machine', { 'machines/one/config.json': '{"DriverName":"netns"}' }],
    ['a claim', { 'claim.json': '{"pid":7,"born":"8","doing":"bring up seed"}' }],
  ])('%s', async ([, files], { folder }) => {
    await write(folder, files);
    expect(examineStateDirectory(folder)).toBe('own');
  });

  test('its topology', async ({ folder }) => {
    const document = { topology: 'seed', provider: 'docker-machine', store: folder, stage: 'x' };
    await write(folder, { 'topology.json': JSON.stringify(document), 'certs/ca.pem': '' });
    expect(examineStateDirectory(folder)).toBe('own');
  });
});

async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}
