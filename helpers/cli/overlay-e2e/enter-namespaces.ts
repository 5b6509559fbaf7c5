import type { Command } from 'commander';
import { isAdministrator } from '../../process/rootless.ts';

/** The commands that reach machines. */
export const commandsWithMachines: ReadonlySet<string> = new Set([
  'up',
  'down',
  'check',
  'trace',
  'draw',
  'doctor',
  'fault',
  'soak',
  'perf',
  'exec',
  'shell',
  'logs',
  'events',
  'capture',
  'test',
]);

/** Commands that also reach other clusters: without such machines, they run here, for example in a container. */
const OF_ANY_CLUSTER = new Set(['check', 'trace', 'capture']);

/**
 * Runs a command again in this user's own namespaces, or virtual computer, if its machines are there: those of the
 * provider uml, without root. Returns its exit code; undefined if the command shall run here.
 */
export async function enterNamespaces(command: Command): Promise<number | undefined> {
  const name = command.name();
  if (isAdministrator() || !commandsWithMachines.has(name)) return undefined;
  const {
    engine = [],
    context = [],
    from,
  } = command.opts<{ engine?: string[]; context?: string[]; from?: string }>();
  // A file needs no machines.
  if (from !== undefined) return undefined;
  // Other hosts are reached from here.
  if (engine.length + context.length > 0) return undefined;
  const { needsNamespaces } = await import('../../machine/uml/needs-namespaces.ts');
  if (!needsNamespaces()) return undefined;
  const { canEnter, isEntered, runRootless } = await import('../../uml/rootless/run-rootless.ts');
  if (OF_ANY_CLUSTER.has(name) && !isEntered()) return undefined;
  // Without namespaces, it examines the requirements of the virtual computer, and starts none.
  if (name === 'doctor' && !(await canEnter())) return undefined;
  const [node, ...words] = [process.execPath, ...process.argv.slice(1)];
  try {
    return await runRootless([node, ...words]);
  } catch (error) {
    const { reportFailure } = await import('./failure.ts');
    return reportFailure(error);
  }
}
