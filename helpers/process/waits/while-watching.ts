import { setInterval } from 'node:timers/promises';

export interface Watch {
  /**
   * Throws an error if `run` can no longer succeed; ignores all other problems.
   *
   * @param failure the error of `run`, if `run` failed
   */
  readonly look: (signal: AbortSignal, failure?: unknown) => Promise<void>;
  /** Milliseconds between two polls, and before the first. */
  readonly every: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `run` and polls whether it can still succeed. An error of a poll aborts `run` and is thrown here. If `run` itself
 * fails, one more poll follows, because its error may explain the failure better.
 */
export async function whileWatching<T>(
  { look, every, signal }: Watch,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const until = AbortSignal.any([over.signal, ...(signal === undefined ? [] : [signal])]);
  const watching = keepLooking(look, every, until).catch((seen: unknown) => {
    if (!until.aborted) over.abort(seen);
  });
  try {
    return await run(until);
  } catch (failure) {
    until.throwIfAborted();
    await look(until, failure);
    throw failure;
  } finally {
    over.abort();
    await watching;
  }
}

async function keepLooking(look: Watch['look'], every: number, signal: AbortSignal): Promise<void> {
  for await (const _tick of setInterval(every, undefined, { signal })) await look(signal);
}
