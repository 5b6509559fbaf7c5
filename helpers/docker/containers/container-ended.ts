import { firstLine, HarnessError } from '../../process/errors/harness-error.ts';
import type { Container } from './container.ts';

const LOG_LINES = 20;

/** Throws, with the last that it logged, when the container has ended; an engine that does not answer says nothing. */
export async function requireRunning(
  container: Container,
  signal: AbortSignal | undefined,
): Promise<void> {
  const facts = await container.inspect({ signal, quiet: true }).catch(() => undefined);
  if (facts === undefined || facts.running) return;
  const { exitCode, error } = facts;
  throw new HarnessError({
    code: 'container-ended',
    tried: `${container.machine.name}: container ${container.name}: start`,
    observed: `it ended with exit code ${exitCode}${error === '' ? '' : ` (${error})`}`,
    remedy: 'read in its log why',
    evidence: await readLastLines(container),
  });
}

/** What a container logged last, for people. */
export async function readLastLines(container: Container): Promise<string> {
  const said = await container
    .logs({ lines: LOG_LINES, quiet: true })
    .catch((error: unknown) => `(cannot be read: ${firstLine(error)})`);
  return `${container.name} on ${container.machine.name} logged last:\n${said.trimEnd() || '(nothing)'}`;
}
