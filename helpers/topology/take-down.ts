import type { MachineProvider } from '../machine/machine.ts';
import { activity } from '../process/activity.ts';
import { claimStore, leaveStore } from './claim.ts';
import { removeDocument } from './document.ts';
import { removeSetUp } from './set-up-record.ts';

/** What there was to take down. */
export interface TakenDown {
  /** Names. */
  readonly machines: readonly string[];
  /** What a run that was killed left of things: names of machines, «the switch». */
  readonly leftovers: readonly string[];
}

/**
 * Removes all of the store: every machine, and what a run that was killed left behind. Doing it twice, or with nothing
 * there, is no error; a store that another living process is at work in is.
 */
export async function takeDown(provider: MachineProvider): Promise<TakenDown> {
  await claimStore(provider.store, 'take-down');
  return await activity('stage', 'take-down', async () => {
    await removeDocument(provider.store);
    await removeSetUp(provider.store);
    // What is half-made goes first: of that, no list can be made.
    const leftovers = await provider.sweep();
    const machines = (await provider.list()).map(({ name }) => name);
    if (machines.length > 0) {
      await provider.remove(machines);
      await provider.sweep();
    }
    await leaveStore(provider.store);
    return { machines, leftovers };
  });
}
