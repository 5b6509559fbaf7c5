import { firstLine, HarnessError } from '../../../process/errors/harness-error.ts';
import type { Namespace } from '../../probe/namespace.ts';
import type { Probe } from '../../probe/probe.ts';

/** A probe, and until when it is asked. */
export interface Asker {
  readonly probe: Probe;
  readonly signal: AbortSignal | undefined;
}

/**
 * The host's own namespace, by its first process: engines 20.10 start containers «in the host's network» in one of an
 * overlay that is gone, once they have left a thread there, and the probe is such a container.
 */
export const HOST_NAMESPACE: Namespace = { pid: 1 };

/** What `read` makes of what the program writes there. */
export async function ask<T>(
  { probe, signal }: Asker,
  namespace: Namespace,
  argv: readonly [string, ...string[]],
  read: (output: string) => T,
): Promise<T> {
  const tried = `${probe.host}: ${argv.join(' ')}`;
  const { exitCode, stdout, stderr } = await probe.run(namespace, argv, { signal });
  if (exitCode !== 0) {
    throw new HarnessError({
      code: 'probe-failed',
      tried,
      observed: stderr.trim().split('\n', 1)[0] || `exit code ${exitCode}`,
    });
  }
  try {
    return read(stdout);
  } catch (cause) {
    const observed = `unreadable answer: ${firstLine(cause)}`;
    throw new HarnessError({
      code: 'answer-invalid',
      tried,
      observed,
      cause,
      evidence: stdout.slice(0, 2000),
    });
  }
}
