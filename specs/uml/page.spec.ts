import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { typeBlock } from '../cli/type-block.ts';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/providers.md'), 'utf8');

test('The commands of the page bring up, check and tear down a swarm', async () => {
  const [, block = ''] =
    /```sh\n(npx overlay-e2e up swarm-mode --provider uml\n.*?)```/s.exec(page) ?? [];
  const { stdout } = await typeBlock(block);
  expect(stdout).toMatch(/^✔ topology swarm-mode: healthy$/m);
  expect(stdout).toMatch(/^Removed: master-host, worker-host\.$/m);
});
