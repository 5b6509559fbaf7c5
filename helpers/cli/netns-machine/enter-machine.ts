import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { EnterCommand } from '../../netns/boot/enter.ts';
import type { CommandContext } from './context.ts';
import { loadOperations } from './hosts/machine-operations.ts';
import type { Host } from './hosts/host-config.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The command line of this computer that runs a program inside of a running machine. */
export async function commandInside(
  context: CommandContext,
  host: Host,
  argv: readonly [string, ...string[]],
): Promise<EnterCommand> {
  const { provider } = await loadOperations(context);
  return await provider.enter(host.name, argv);
}

/**
 * Returns the words that run a line in root's shell in a machine, or the shell itself for an empty line.
 *
 * @param terminal whether the caller has a terminal, and its value of `TERM`
 */
export function shellWords(
  line: string,
  {
    isTerminal,
    type = 'dumb',
  }: { readonly isTerminal: boolean; readonly type?: string | undefined },
): readonly [string, ...string[]] {
  // A login shell would put the PATH of /etc/profile in the place of the one with the engine's programs.
  const shell = 'cd; shell=$(command -v bash || command -v sh)';
  const run = line === '' ? 'exec "$shell"' : 'exec "$shell" -c "$1"';
  // `script` gives the shell its own terminal: job control needs one from inside the machine.
  const withTerminal = 'export TERM="$2"; exec script -qec "${1:-$shell}" /dev/null';
  const script = isTerminal
    ? `${shell}; if command -v script >/dev/null; then ${withTerminal}; fi; ${run}`
    : `${shell}; ${run}`;
  return ['sh', '-c', script, 'shell', line, type];
}

/** Waits for a program and gives its exit code; a signal counts as a shell counts it. */
export async function waitForEnd(child: ChildProcess): Promise<number> {
  // Ctrl-C goes to the whole terminal: it is the program's to end by, and ours to wait for its end.
  const handOn = (signal: NodeJS.Signals) => {
    if (signal !== 'SIGINT') child.kill(signal);
  };
  for (const signal of SIGNALS) process.on(signal, handOn);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => {
        resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
      });
    });
  } finally {
    for (const signal of SIGNALS) process.off(signal, handOn);
  }
}
