import { spawn } from 'node:child_process';
import { openProvider } from '../../../machine/choose-provider.ts';
import type { OpenExec, TerminalSize } from '../../../docker/containers/open-exec.ts';
import type { Container } from '../../../docker/containers/container.ts';
import { openRunning } from '../../../topology/target/running-places.ts';
import { shellWords, waitForEnd } from '../../netns-machine/enter-machine.ts';
import type { MachineProvider } from '../../../machine/machine.ts';
import { HarnessError } from '../../../process/errors/harness-error.ts';
import { ownCommandLine } from '../../../process/own-command.ts';
import { reportFailure } from '../failure.ts';

/** Prefers bash, which not every image has. */
const containerShell = ['sh', '-c', 'command -v bash >/dev/null && exec bash; exec sh'] as const;

/** Runs `overlay-e2e exec NAME COMMAND…` and returns the command's exit code. */
export async function runExec(
  name: string,
  [program, ...rest]: readonly string[],
): Promise<number> {
  return await runIn(name, program === undefined ? undefined : [program, ...rest]);
}

/** Runs `overlay-e2e shell NAME` and returns the shell's exit code. */
export async function runShell(name: string): Promise<number> {
  return await runIn(name, undefined);
}

async function runIn(
  name: string,
  argv: readonly [string, ...string[]] | undefined,
): Promise<number> {
  try {
    const provider = await openProvider();
    using running = await openRunning(provider, `${argv === undefined ? 'shell' : 'exec'} ${name}`);
    const place = await running.find(name);
    if (place.kind === 'machine') {
      return await runInMachine(provider, place.machine.name, argv);
    }
    return await runInContainer(place.container, argv ?? containerShell);
  } catch (error) {
    return reportFailure(error);
  }
}

async function runInMachine(
  provider: MachineProvider,
  name: string,
  argv: readonly [string, ...string[]] | undefined,
): Promise<number> {
  const { isTTY } = process.stdin;
  const wanted = argv ?? shellWords('', { isTerminal: isTTY, type: process.env['TERM'] });
  const { file, args, env, readsTerminal } = await provider.enter(name, wanted);
  if (isTTY && !readsTerminal && argv === undefined) {
    throw new HarnessError({
      code: 'operation-unsupported',
      tried: `shell ${name}`,
      observed: 'the machine has its own kernel, and no terminal',
      hint: `run one command, "${ownCommandLine('exec', name, 'ip', 'addr')}", or pipe commands into the shell`,
    });
  }
  const input = isTTY && !readsTerminal ? 'ignore' : 'inherit';
  return await waitForEnd(spawn(file, args, { env, stdio: [input, 'inherit', 'inherit'] }));
}

async function runInContainer(
  container: Container,
  argv: readonly [string, ...string[]],
): Promise<number> {
  const { stdin, stdout } = process;
  const terminal = stdin.isTTY && stdout.isTTY ? sizeOf(stdout) : undefined;
  const exec = await container.openExec(argv, { terminal, terminalType: process.env['TERM'] });
  const follow = () => void exec.resize(sizeOf(stdout)).catch(() => undefined);
  try {
    if (terminal !== undefined) {
      // Ctrl-C is a character for the program.
      stdin.setRawMode(true);
      stdout.on('resize', follow);
    }
    stdin.pipe(exec.stdin);
    // The program may end without reading all of its input.
    exec.stdin.on('error', () => undefined);
    await copyOutput(exec);
  } finally {
    stdin.unpipe(exec.stdin);
    stdin.pause();
    stdout.off('resize', follow);
    if (terminal !== undefined) stdin.setRawMode(false);
  }
  return await exec.exitCode();
}

async function copyOutput({ output }: OpenExec): Promise<void> {
  for await (const { source, bytes } of output) {
    const stream = source === 'stdout' ? process.stdout : process.stderr;
    if (!stream.write(bytes)) {
      await new Promise((resolve) => {
        stream.once('drain', resolve);
      });
    }
  }
}

function sizeOf({ columns, rows }: NodeJS.WriteStream): TerminalSize {
  return { columns: columns || 80, rows: rows || 24 };
}
