import { activity } from '../../process/activity.ts';
import { firstLine, HarnessError } from '../../process/errors/harness-error.ts';
import { unlessAborted } from '../../process/waits/unless-aborted.ts';
import { type Observed, withoutValue } from '../model/observed.ts';
import type { QueriedHost } from '../model/observation.ts';

/**
 * Observes one part of a cluster. A failure is not an error but a reason why the part is not observed; other parts
 * continue.
 *
 * @param title of the part, for progress lines: "worker-host: kernel"
 * @param machine the host of the part, if it has a single one
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
    return part ?? withoutValue(`${title}: no result`);
  } catch (error) {
    const code = error instanceof HarnessError ? error.code : undefined;
    return withoutValue(inWords(error), 'failed', code);
  }
}

/** Formats the failed step and its error; the report suggests next steps. */
function inWords(error: unknown): string {
  return error instanceof HarnessError ? `${error.tried}: ${error.observed}` : firstLine(error);
}

/** Observes the same part of every host, in parallel; returns a function from host to value. */
export async function observeEach<T>(
  hosts: readonly QueriedHost[],
  part: string,
  signal: AbortSignal,
  look: (host: QueriedHost) => Promise<Observed<T>>,
): Promise<(host: QueriedHost) => Observed<T>> {
  const all = new Map(
    await Promise.all(
      hosts.map(async (host) => {
        const title = `${host.name}: ${part}`;
        const view = await observePart(title, signal, () => look(host), host.name);
        return [host, view] as const;
      }),
    ),
  );
  return (host) => all.get(host) ?? withoutValue(`${host.name} is not one of the hosts`);
}
