import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { requireWritable } from '../../../../../helpers/cli/overlay-e2e/check/write-outputs.ts';

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'overlay-e2e-unit-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

describe('a file for a result', () => {
  test('is accepted when it can be written, and is not created before there is a result', async () => {
    const folder = await makeFolder();
    await expect(requireWritable({ svg: join(folder, 'new.svg') })).resolves.toBeUndefined();
    expect(await readdir(folder)).toEqual([]);
    await writeFile(join(folder, 'old.svg'), 'kept');
    await expect(requireWritable({ svg: join(folder, 'old.svg') })).resolves.toBeUndefined();
  });

  test('is refused when its folder is missing or is a file', async () => {
    const folder = await makeFolder();
    await writeFile(join(folder, 'file'), '');
    for (const parent of ['missing', 'file']) {
      const junit = join(folder, parent, 'result.xml');
      await expect(requireWritable({ junit })).rejects.toThrow(`write ${junit}`);
    }
  });

  test('is refused when it is a directory, which is what a report is written to', async () => {
    const folder = await makeFolder();
    await mkdir(join(folder, 'taken'));
    const taken = join(folder, 'taken');
    await expect(requireWritable({ sarif: taken })).rejects.toThrow('it is a directory');
    await expect(requireWritable({ allure: taken })).resolves.toBeUndefined();
  });
});
