import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Packed, unpack } from '../../../../helpers/cli/executable/unpack.ts';

const content = { 'a.js': Buffer.from('run()'), 'helpers/b.sh': Buffer.from('echo b') };

function packed(): Packed & { reads: number } {
  const all = {
    reads: 0,
    digest: '0123456789abcdef',
    files: { 'a.js': 5, 'helpers/b.sh': 6 },
    read: () => {
      all.reads += 1;
      return content;
    },
  };
  return all;
}

function makeCache(): string {
  const folder = mkdtempSync(join(tmpdir(), 'unpack-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return join(folder, 'overlay-e2e');
}

test('the files are written once, and again if one of them is damaged', () => {
  const cache = makeCache();
  const files = packed();
  const folder = unpack(files, cache);
  expect(folder).toBe(join(cache, 'executable/0123456789abcdef'));
  expect(readFileSync(join(folder, 'helpers/b.sh'), 'utf8')).toBe('echo b');
  expect(unpack(files, cache)).toBe(folder);
  expect(files.reads).toBe(1);

  writeFileSync(join(folder, 'a.js'), '');
  expect(unpack(files, cache)).toBe(folder);
  expect(readFileSync(join(folder, 'a.js'), 'utf8')).toBe('run()');
  rmSync(join(folder, 'helpers/b.sh'));
  expect(unpack(files, cache)).toBe(folder);
  expect(files.reads).toBe(3);
  expect(readdirSync(join(cache, 'executable'))).toEqual(['0123456789abcdef']);
});

test('files that another user can write are not run', () => {
  const cache = makeCache();
  const folder = unpack(packed(), cache);
  chmodSync(folder, 0o777);
  writeFileSync(join(folder, 'a.js'), 'evil.');
  const own = unpack(packed(), cache);
  expect(readFileSync(join(own, 'a.js'), 'utf8')).toBe('run()');

  chmodSync(join(cache, 'executable'), 0o777);
  rmSync(folder, { recursive: true });
  const elsewhere = unpack(packed(), cache);
  onTestFinished(() => {
    rmSync(join(elsewhere, '..'), { recursive: true });
  });
  expect(elsewhere.startsWith(cache)).toBe(false);
  expect(existsSync(folder)).toBe(false);
});

test('without a cache that can be written, the files are there for one call', () => {
  const cache = makeCache();
  mkdirSync(join(cache, '..'), { recursive: true });
  // A file where the folder should be: also root cannot write there.
  writeFileSync(cache, '');
  const file = join(import.meta.dirname, '../../../../helpers/cli/executable/unpack.ts');
  const script = `
    import { readFileSync } from 'node:fs';
    import { unpack } from ${JSON.stringify(file)};
    const folder = unpack({ digest: '0123', files: { a: 1 }, read: () => ({ a: Buffer.from('x') }) }, ${JSON.stringify(cache)});
    console.log(folder, readFileSync(folder + '/a', 'utf8'));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  });
  const [folder = '', text] = output.trim().split(' ');
  expect(text).toBe('x');
  expect(folder.startsWith(cache)).toBe(false);
  expect(existsSync(folder)).toBe(false);
});
