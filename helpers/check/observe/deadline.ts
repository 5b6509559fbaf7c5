import { HarnessError } from '../../process/errors/harness-error.ts';

/** A time limit that does not fail: unfinished parts are reported as not observed. */
export interface Deadline extends Disposable {
  /** Aborts when the limit has passed, or the other signal aborts. */
  readonly signal: AbortSignal;
}

export function setDeadline(limit: number, signal: AbortSignal | undefined): Deadline {
  const over = new AbortController();
  const timer = setTimeout(() => {
    over.abort(
      new HarnessError({
        code: 'check-timed-out',
        tried: 'check',
        observed: `not done within the limit of ${Math.round(limit / 1000)} s`,
        hint: 'set a longer limit',
      }),
    );
  }, limit);
  return {
    signal: signal === undefined ? over.signal : AbortSignal.any([over.signal, signal]),
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
