import type { MachineProvider } from '../../machine/machine.ts';
import { examineStateDirectory, foreign } from '../../netns/state/state-directory.ts';
import { activity } from '../../process/activity.ts';
import { forgetFaults } from '../../fault/journal.ts';
import { claimForTearDown, releaseAndRemove } from './claim.ts';
import { removeDocument } from '../document.ts';
import { removeSetUp } from './set-up-record.ts';

/** The machines and remains that a tear-down removed. */
export interface TornDown {
  /** Names of machines. */
  readonly machines: readonly string[];
  /** Remains of a killed run: names of machines, "the switch". */
  readonly remains: readonly string[];
  /** Files in the state directory that belong to other programs, which remain. */
  readonly others: readonly string[];
}

/**
 * Removes everything that this program created in a state directory: all machines, and the remains of killed runs. An
 * empty directory is not an error. Throws if another living process uses the directory, or if the folder has only
 * foreign content.
 */
export async function tearDown(provider: MachineProvider): Promise<TornDown> {
  const { store } = provider;
  await claimForTearDown(store);
  return await activity('stage', 'tear-down', async () => {
    const found = examineStateDirectory(store);
    // Unfinished machines are removed first, because no list contains them.
    const remains = await provider.cleanUp();
    const machines = await provider.listOwn();
    if (machines.length > 0) {
      await provider.remove(machines);
      await provider.cleanUp();
    }
    if (found === 'foreign' && machines.length === 0 && remains.length === 0) {
      throw foreign(store, 'clean up');
    }
    if (found === 'own') {
      // Removed last, because it names the machines of earlier versions.
      await removeDocument(store);
      await removeSetUp(store);
      await forgetFaults(store);
    }
    const left = await releaseAndRemove(store);
    return {
      machines,
      remains,
      others: left.filter((name) => !provider.keptFiles.includes(name)),
    };
  });
}
