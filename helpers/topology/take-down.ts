import type { MachineProvider } from '../machine/machine.ts';
import { activity } from '../process/activity.ts';
import { claimStore, leaveStore } from './claim.ts';
import { removeDocument } from './document.ts';

/**
 * Removes all of the store: every machine, and what a run that was killed left behind. Gives the names of what there
 * was. Doing it twice, or with nothing there, is no error; a store that another living process is at work in is.
 */
export async function takeDown(provider: MachineProvider): Promise<string[]> {
  await claimStore(provider.store, 'take-down');
  return await activity('stage', 'take-down', async () => {
    await removeDocument(provider.store);
    // What is half-made goes first: of that, no list can be made.
    await provider.sweep();
    const names = (await provider.list()).map(({ name }) => name);
    if (names.length > 0) {
      await provider.remove(names);
      await provider.sweep();
    }
    await leaveStore(provider.store);
    return names;
  });
}
