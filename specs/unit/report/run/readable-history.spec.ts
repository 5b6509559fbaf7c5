import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeHistoryReadable } from '../../../../helpers/report/run/readable-history.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overlay-e2e-history-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function repair(text: string): Promise<{ removed: number; text: string }> {
  const file = join(folder, 'history.jsonl');
  await writeFile(file, text);
  const removed = await makeHistoryReadable(file);
  return { removed, text: await readFile(file, 'utf8') };
}

test('a title with a line separator stays in one line for Node’s readline', async () => {
  const run = { name: 'escapes \u2028 and \u2029' };
  const { removed, text } = await repair(`${JSON.stringify(run)}\n{"name":"next"}\n`);
  const lines = await Array.fromAsync(createInterface({ input: Readable.from([text]) }));
  expect(removed).toBe(0);
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([run, { name: 'next' }]);
});

test('an incomplete line is removed, and the runs around it stay', async () => {
  const { removed, text } = await repair('{"run":1}\n{"run":2,"na\n{"run":3}\n');
  expect([removed, text]).toEqual([1, '{"run":1}\n{"run":3}\n']);
});

test('a complete history is unchanged, and a missing one is not an error', async () => {
  expect(await repair('{"run":1}\n')).toEqual({ removed: 0, text: '{"run":1}\n' });
  expect(await makeHistoryReadable(join(folder, 'none.jsonl'))).toBe(0);
});
