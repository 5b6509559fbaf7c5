import type { Engine } from '../../../docker/engine.ts';
import { HarnessError } from '../../../process/errors/harness-error.ts';
import { unlessAborted } from '../../../process/waits/unless-aborted.ts';
import { whileWatching } from '../../../process/waits/while-watching.ts';

export interface Silence {
  /** Milliseconds without an answer after which an engine is not waited for any more. */
  readonly limit: number;
  /** Milliseconds until the first query, and between queries. */
  readonly every: number;
}

/** The time in which even a very busy engine answers. */
const SILENCE: Silence = { limit: 10_000, every: 5_000 };

/**
 * Runs requests to an engine that may take long as long as the engine answers anything. If the engine or its host stops
 * responding, they are given up soon after.
 */
export async function whileAnswering(
  engine: Engine,
  run: (signal: AbortSignal) => Promise<void>,
  { limit, every }: Silence = SILENCE,
): Promise<void> {
  const look = async (signal: AbortSignal, failure?: unknown) => {
    if (failure !== undefined) return;
    const silence = AbortSignal.timeout(limit);
    // Any answer is a sign of life; an immediate error will also fail `run`, with a better reason.
    const answer = engine.version({ limit: 2 * limit, signal, quiet: true }).catch(() => undefined);
    try {
      await unlessAborted(answer, silence);
    } catch {
      throw new HarnessError({
        code: 'engine-unreachable',
        tried: `${engine.machine.name}: remove the probe`,
        observed: `the engine has answered nothing for ${limit / 1000} s`,
        hint: 'wait: its container ends by itself, and the next check removes the rest',
      });
    }
  };
  await whileWatching({ look, every }, run);
}
