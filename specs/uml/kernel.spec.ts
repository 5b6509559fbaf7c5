import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, describe, expect } from 'vitest';
import { createUmlProvider } from '../../helpers/machine/uml/provider.ts';
import { readMachineProcesses } from '../../helpers/netns/cgroups/cgroup.ts';
import { readIfThere } from '../../helpers/process/files/read-if-exists.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import { allowedProcessors } from '../../helpers/uml/boot/choose-processor.ts';
import { guardStore } from '../machine/store-guard.ts';

const test = base
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  .extend('machine', { scope: 'file' }, async ({}, { onCleanup }) => {
    const folder = await mkdtemp(join(tmpdir(), 'uml-kernel-'));
    guardStore(folder, join(folder, 'store'));
    const provider = createUmlProvider({ store: join(folder, 'store') });
    onCleanup(async () => {
      await provider.remove(await provider.listOwn());
      await provider.cleanUp();
      await rm(folder, { recursive: true, force: true });
    });
    await provider.create({ name: 'own' });
    return {
      store: provider.stateDirectory,
      read: async (file: string) => (await provider.run('own', ['cat', file])).stdout.trim(),
    };
  });

describe('A machine with its own kernel', () => {
  // User-mode Linux 6.12 misses answers of its disk at times: in one of thirty boots, which is too rare for a test. With
  // the answer to each further read, it takes all.
  test('reads its disk repeatedly, and its writes leave places in the queue', async ({
    machine,
  }) => {
    expect(await machine.read('/sys/block/ubda/queue/nr_requests')).toBe('64');
    const countReads = async () =>
      Number((await machine.read('/sys/block/ubda/stat')).split(/\s+/)[0]);
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

  test('runs on one processor of this computer, with all its processes', async ({ machine }) => {
    const statuses = readMachineProcesses(machine.store, 'own')
      .map((pid) => readIfThere(`/proc/${pid}/status`))
      .filter((status) => /^Name:\s*linux\.uml$/m.test(status));
    // One of them for the kernel, and one for the engine, at least.
    expect(statuses.length).toBeGreaterThan(1);
    const used = new Set(statuses.flatMap(allowedProcessors));
    expect([...used]).toHaveLength(1);
  });
});
