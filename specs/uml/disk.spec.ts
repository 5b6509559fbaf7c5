import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createUmlProvider } from '../../helpers/machine/uml/provider.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';

// User-mode Linux 6.12 misses answers of its disk at times: in one of thirty boots, which is too rare for a test. With the
// answer to each further read, it takes all.
test('A machine reads its disk repeatedly, and its writes leave places in the queue', async ({
  onTestFinished,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'uml-disk-'));
  const provider = createUmlProvider({ store: join(folder, 'store') });
  onTestFinished(async () => {
    await provider.remove(await provider.listOwn());
    await provider.cleanUp();
    await rm(folder, { recursive: true, force: true });
  });
  await provider.create({ name: 'own' });
  const read = async (file: string) =>
    (await provider.run('own', ['cat', `/sys/block/ubda/${file}`])).stdout.trim();
  expect(await read('queue/nr_requests')).toBe('64');
  const countReads = async () => Number((await read('stat')).split(/\s+/)[0]);
  for (let round = 1; round <= 3; round++) {
    const before = await countReads();
    await waitFor(
      `read ${round} of an idle disk`,
      async () => {
        const now = await countReads();
        return now > before ? done(undefined) : notYet(`${now} reads`);
      },
      { limit: 60_000, every: 500 },
    );
  }
});
