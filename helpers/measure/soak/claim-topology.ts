import { join } from 'node:path';
import { InputError } from '../../process/errors/input-error.ts';
import { tryLock } from '../../process/files/file-lock.ts';

/**
 * Claims the running topology of a state directory for a soak test, until the result is disposed of or this process ends.
 * Throws `state-in-use` if another process has the claim.
 *
 * Two soak tests write into the same ledger: each takes the writes of the other for lost or never written ones.
 */
export async function claimForSoak(store: string): Promise<AsyncDisposable> {
  // "down" removes this folder, with the file of a killed soak test.
  const lock = await tryLock(join(store, 'faults', 'soak.lock'));
  if (typeof lock !== 'string') return lock;
  throw new InputError({
    code: 'state-in-use',
    subject: 'run a soak test',
    observed: `another soak test uses the topology of ${store}, ${lock}`,
    hint: 'wait until it ends, or press Ctrl-C in its terminal',
  });
}
