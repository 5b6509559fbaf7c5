import { done, notYet, waitFor } from '../../process/waits/wait-for.ts';
import { findInit } from './boot.ts';

import type { Store } from '../state/store.ts';

/**
 * Shuts a machine down: its engine stops the containers, then all processes end. Ignores a stopped machine.
 *
 * @param limit milliseconds
 */
export async function shutDown(store: Store, name: string, limit: number): Promise<void> {
  const pid = findInit(store, name);
  if (pid === undefined) return;
  process.kill(pid, 'SIGTERM');
  await waitFor(
    `machine ${name}: shut down`,
    async () => (findInit(store, name) === undefined ? done(undefined) : notYet('still running')),
    { limit, every: 10, hint: 'kill the machine' },
  );
}
