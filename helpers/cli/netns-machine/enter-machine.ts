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
