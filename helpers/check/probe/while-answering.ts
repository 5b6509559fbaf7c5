import type { Engine } from '../../docker/engine.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { unlessAborted } from '../../process/waits/unless-aborted.ts';
import { whileWatching } from '../../process/waits/while-watching.ts';

export interface Silence {
  /** Milliseconds without an answer after which an engine is not waited for any more. */
  readonly limit: number;
  /** Milliseconds until it is asked, and from one time to the next. */
  readonly every: number;
}

/** What even a very busy engine answers well within. */
const SILENCE: Silence = { limit: 10_000, every: 5_000 };

/**
 * Does several things with an engine, each of which may take its time while the engine answers anything at all. One that
 * went silent, or whose host did, costs no more than the time in which that is found out.
 */
export async function whileAnswering(
  engine: Engine,
  run: (signal: AbortSignal) => Promise<void>,
  { limit, every }: Silence = SILENCE,
): Promise<void> {
  const look = async (signal: AbortSignal, failure?: unknown) => {
    if (failure !== undefined) return;
    const silence = AbortSignal.timeout(limit);
    // Whatever it says, it is there; and what fails at once will fail for `run` as well, with a better reason.
    const answer = engine.version({ limit: 2 * limit, signal, quiet: true }).catch(() => undefined);
    try {
      await unlessAborted(answer, silence);
    } catch {
      throw new HarnessError({
        code: 'engine-unreachable',
        tried: `${engine.machine.name}: remove the probe`,
        observed: `the engine has answered nothing for ${limit / 1000} s`,
        remedy: 'wait: its container ends by itself, and the next check removes leftovers',
      });
    }
  };
  await whileWatching({ look, every }, run);
}
