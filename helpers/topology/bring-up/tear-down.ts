import type { MachineProvider } from '../../machine/machine.ts';
import { examineStateDirectory, foreign } from '../../netns/state/state-directory.ts';
import { activity } from '../../process/activity.ts';
import { claimForTearDown, releaseAndRemove } from './claim.ts';
import { removeDocument } from '../document.ts';
import { removeSetUp } from './set-up-record.ts';

/** What there was to take down. */
export interface TornDown {
  /** Names. */
  readonly machines: readonly string[];
  /** What a run that was killed left of things: names of machines, «the switch». */
  readonly leftovers: readonly string[];
  /** Names in the state directory that this program did not make, and that stay. */
  readonly others: readonly string[];
}

/**
 * Removes all of the store that this program made: every machine, and what a run that was killed left behind. Doing it
 * twice, or with nothing there, is no error. A store in which another living process is at work is one, and so is a
 * folder that has content, and nothing of ours in it.
 */
export async function tearDown(provider: MachineProvider): Promise<TornDown> {
  const { store } = provider;
  await claimForTearDown(store);
  return await activity('stage', 'tear-down', async () => {
    const found = examineStateDirectory(store);
    // Unfinished machines go first: they are in no list.
    const leftovers = await provider.cleanUp();
    const machines = await provider.listOwn();
    if (machines.length > 0) {
      await provider.remove(machines);
      await provider.cleanUp();
    }
    if (found === 'foreign' && machines.length === 0 && leftovers.length === 0) {
      throw foreign(store, 'clean up');
    }
    if (found === 'own') {
      // Not before: it names the machines, if an earlier version made them.
      await removeDocument(store);
      await removeSetUp(store);
    }
    const left = await releaseAndRemove(store);
    return {
      machines,
      leftovers,
      others: left.filter((name) => !provider.keptFiles.includes(name)),
    };
  });
}
