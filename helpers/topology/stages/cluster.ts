import type { KeyValueStore } from '../../cluster/key-value-store.ts';
import { waitForCluster } from '../../cluster/members.ts';
import type { Machine } from '../../machine/machine.ts';
import { activity } from '../../process/activity.ts';
import { allSettled } from '../../process/harness-error.ts';

/**
 * Makes the machines of the cluster. Their engines start only when the store answers: one that starts before joins the
 * others up to 20 s late, and what is made on it meanwhile is never announced. Ready when all are in the store and the
 * gossip of each knows every other.
 */
export async function standUpCluster(
  create: () => readonly Promise<Machine>[],
  store: Promise<KeyValueStore>,
  signal: AbortSignal,
): Promise<Machine[]> {
  return await activity('stage', 'cluster', async () => {
    const machines = await allSettled('cluster: create its machines', create());
    await waitForCluster(await store, machines, { signal });
    return machines;
  });
}
