import { setTimeout as delay } from 'node:timers/promises';
import { activity } from '../activity.ts';
import { limitWait } from './cut-waits.ts';
import { firstLine, HarnessError } from '../errors/harness-error.ts';

/** What one look at the awaited condition gives: it holds, with a value, or not yet, with what was seen. */
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
  /** Milliseconds between two looks; 25 when absent. */
  readonly every?: number;
  readonly signal?: AbortSignal | undefined;
  /** Whether an error that a look throws means «not yet» (the default) or ends the wait at once. */
  readonly fatal?: (error: unknown) => boolean;
  /** More for the error if the limit passes: a log's tail, say. */
  readonly evidence?: () => Promise<string>;
  readonly remedy?: string;
}

/** The limit of a wait has passed. */
export class WaitTimeout extends HarnessError {
  override readonly name = 'WaitTimeout';
}

/**
 * Looks again and again until the condition holds, and gives its value. After the limit it throws a
 * {@link WaitTimeout} with the wait's name, its limit and what the last look saw.
 *
 * @param name what is waited for, with its subject first: «machine worker-host: engine ready»
 */
export async function waitFor<T>(
  name: string,
  look: () => Promise<Look<T>>,
  options: WaitOptions,
): Promise<T> {
  const { every = 25, signal, fatal = () => false, remedy } = options;
  const { limit, note } = limitWait(options.limit);
  return await activity('wait', name, async (report) => {
    const deadline = performance.now() + limit;
    let last = 'nothing yet';
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
      report.output(last);
      if (performance.now() >= deadline) break;
      await delay(every, undefined, signal === undefined ? {} : { signal });
    }
    throw new WaitTimeout({
      tried: name,
      observed: `not so after ${limit / 1000} s${note}; last: ${last}`,
      remedy,
      cause,
      evidence: await options.evidence?.().catch((error: unknown) => firstLine(error)),
    });
  });
}
