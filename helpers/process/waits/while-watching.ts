import { setInterval } from 'node:timers/promises';

export interface Watch {
  /**
   * Throws what makes it vain to go on; anything else it may see is none of its business.
   *
   * @param failure what `run` threw, when it is asked whether that is why
   */
  readonly look: (signal: AbortSignal, failure?: unknown) => Promise<void>;
  /** Milliseconds between two looks; the first is that long after the start. */
  readonly every: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Does `run`, and looks meanwhile whether it can still come to something. What a look throws ends it at once: `run` is
 * aborted, and this throws what was seen. When `run` fails by itself, one more look is taken, for the better reason.
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
