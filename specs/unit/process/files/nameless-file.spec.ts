import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { writeNameless } from '../../../../helpers/process/files/nameless-file.ts';

describe('a file without a name', () => {
  test('is in no folder, and its process can read it several times', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'overlay-e2e-unit-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    vi.stubEnv('TMPDIR', folder);
    onTestFinished(() => void vi.unstubAllEnvs());
    await using file = await writeNameless('a key');
    expect(await readdir(folder)).toEqual([]);
    expect(await readFile(file.path, 'utf8')).toBe('a key');
    expect(await readFile(file.path, 'utf8')).toBe('a key');
    expect((await stat(file.path)).mode & 0o777).toBe(0o600);
  });

  test('is gone after its use', async () => {
    const file = await writeNameless('a key');
    const { ino } = await stat(file.path);
    await file[Symbol.asyncDispose]();
    // Another file may have its number by now.
    expect((await stat(file.path).catch(() => undefined))?.ino).not.toBe(ino);
  });
});
