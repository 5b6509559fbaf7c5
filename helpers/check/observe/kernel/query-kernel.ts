import { firstLine, HarnessError } from '../../../process/errors/harness-error.ts';
import type { Namespace } from '../../probe/namespace.ts';
import type { Probe } from '../../probe/probe.ts';

/** A probe, and the signal that ends its queries. */
export interface KernelAccess {
  readonly probe: Probe;
  readonly signal: AbortSignal | undefined;
}

/**
 * The namespace of the host, through its first process: engines 20.10 with a stuck thread start containers with the host's
 * network, such as the probe, in the namespace of a deleted overlay.
 */
export const HOST_NAMESPACE: Namespace = { pid: 1 };

/** Runs a program and returns its output, converted by `read`. */
export async function query<T>(
  { probe, signal }: KernelAccess,
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
