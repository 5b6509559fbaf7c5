import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { typeBlock } from '../cli/type-block.ts';

// Runs every block of docs/faults.md
const root = join(import.meta.dirname, '../..');

test('the commands of the page break a cluster four times, and it is healthy afterward', async () => {
  const page = readFileSync(join(root, 'docs/faults.md'), 'utf8');
  const [block, ...others] = [...page.matchAll(/```sh\n(.*?)```/gs)].map(([, text = '']) => text);
  expect(others).toEqual([]);
  const { stdout } = await typeBlock(block ?? '');
  expect(stdout).toContain('cannot reach each other, for 2 s\nUndone.\n');
  expect(stdout).toContain('loses 20 % of the packets from other machines, for 2 s\nUndone.\n');
  expect(stdout).toContain('✔ Everything is correct. The last layer: ');
  expect(stdout).toContain('the engine was killed, for 1 s\nUndone.\n');
  expect(stdout).toContain('✔ topology seed: healthy');
});
