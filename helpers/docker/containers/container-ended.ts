import { firstLine, HarnessError } from '../../process/errors/harness-error.ts';
import type { Container } from './container.ts';

const LOG_LINES = 20;

/** Throws if the container has ended, with the end of its log. Does not throw if the engine does not answer. */
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
    observed: `ended with exit code ${exitCode}${error === '' ? '' : ` (${error})`}`,
    hint: 'read its log for the reason',
    evidence: await readLastLines(container),
  });
}

/** Returns the last lines of a container's log, as text for users. */
export async function readLastLines(container: Container): Promise<string> {
  const said = await container
    .logs({ lines: LOG_LINES, quiet: true })
    .catch((error: unknown) => `(cannot be read: ${firstLine(error)})`);
  return `last log lines of ${container.name} on ${container.machine.name}:\n${said.trimEnd() || '(none)'}`;
}
