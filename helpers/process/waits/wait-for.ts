import { setTimeout as delay } from 'node:timers/promises';
import { activity } from '../activity.ts';
import { limitWait } from './cut-waits.ts';
import { firstLine, HarnessError, type HarnessErrorParts } from '../errors/harness-error.ts';

/** The result of one poll: the condition holds, with a value, or does not hold yet, with the observed state. */
export type Look<T> =
  | { readonly done: true; readonly value: T }
  | { readonly done: false; readonly saw: string };

/** The condition holds, with this value. */
export function done<T>(value: T): Look<T> {
  return { done: true, value };
}

/** The condition does not hold yet. */
export function notYet(saw: string): Look<never> {
  return { done: false, saw };
}

export interface WaitOptions {
  /** Milliseconds. */
  readonly limit: number;
  /** Milliseconds between two polls. Default: a tenth of the time that the wait has taken, but 25 to 100. */
  readonly every?: number;
  readonly signal?: AbortSignal | undefined;
  /** Returns true for an error of a poll that ends the wait; by default, errors mean "not yet". */
  readonly fatal?: (error: unknown) => boolean;
  /** Details for the error of a timeout, such as the end of a log. */
  readonly evidence?: () => Promise<string>;
  readonly hint?: string;
}

/** The error of a wait that reached its limit. */
export class WaitTimeout extends HarnessError {
  override readonly name = 'WaitTimeout';

  constructor(parts: Omit<HarnessErrorParts, 'code'>) {
    super({ code: 'wait-timed-out', ...parts });
  }
}

/**
 * Polls until the condition holds, and returns its value. After the limit it throws a {@link WaitTimeout} with the
 * wait's name, its limit and the last observed state.
 *
 * @param name the subject and the awaited condition: "machine worker-host: engine ready"
 */
export async function waitFor<T>(
  name: string,
  look: () => Promise<Look<T>>,
  options: WaitOptions,
): Promise<T> {
  const { signal, fatal = () => false, hint } = options;
  const { limit, note } = limitWait(options.limit);
  return await activity('wait', name, async (report) => {
    const startedAt = performance.now();
    const deadline = startedAt + limit;
    let last = 'nothing yet';
    let reported: string | undefined;
    let cause: unknown;
    for (;;) {
      signal?.throwIfAborted();
      try {
        const seen = await look();
        if (seen.done) return seen.value;
        last = seen.saw;
        cause = undefined;
      } catch (error) {
        if (fatal(error)) throw error;
        last = firstLine(error);
        cause = error;
      }
      if (last !== reported) report.output(last);
      reported = last;
      const now = performance.now();
      if (now >= deadline) break;
      const every = options.every ?? Math.min(Math.max((now - startedAt) / 10, 25), 100);
      await delay(every, undefined, signal === undefined ? {} : { signal });
    }
    throw new WaitTimeout({
      tried: name,
      observed: `timed out after ${limit / 1000} s${note}; last: ${last}`,
      hint,
      cause,
      evidence: await options.evidence?.().catch((error: unknown) => firstLine(error)),
    });
  });
}
