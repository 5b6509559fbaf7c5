import { activity } from '../../process/activity.ts';
import { firstLine, HarnessError } from '../../process/errors/harness-error.ts';
import { unlessAborted } from '../../process/waits/unless-aborted.ts';
import { type Observed, unseen } from '../model/observed.ts';
import type { AskedHost } from '../model/observation.ts';

/**
 * Looks at one part of a cluster. That it cannot be looked at is no error but an observation: whatever went wrong, the
 * part is unseen for that reason, and the other parts are looked at all the same.
 *
 * @param title of the part, for people who watch: «worker-host: kernel»
 * @param machine the host that it is a part of, where it is of one alone
 */
export async function observePart<T>(
  title: string,
  signal: AbortSignal,
  look: () => Promise<Observed<T>>,
  machine?: string,
): Promise<Observed<T>> {
  try {
    signal.throwIfAborted();
    const part = await activity('step', title, () => unlessAborted(look(), signal), {
      machine,
    });
    return part ?? unseen(`${title}: no result`);
  } catch (error) {
    return unseen(inWords(error));
  }
}

/** What was tried and what was seen; what to do about it is for the verdict to say. */
function inWords(error: unknown): string {
  return error instanceof HarnessError ? `${error.tried}: ${error.observed}` : firstLine(error);
}

/** Looks at the same part of every host, side by side; gives what was seen of a host. */
export async function observeEach<T>(
  hosts: readonly AskedHost[],
  part: string,
  signal: AbortSignal,
  look: (host: AskedHost) => Promise<Observed<T>>,
): Promise<(host: AskedHost) => Observed<T>> {
  const all = new Map(
    await Promise.all(
      hosts.map(async (host) => {
        const title = `${host.name}: ${part}`;
        const view = await observePart(title, signal, () => look(host), host.name);
        return [host, view] as const;
      }),
    ),
  );
  return (host) => all.get(host) ?? unseen(`${host.name} is not one of the hosts`);
}
