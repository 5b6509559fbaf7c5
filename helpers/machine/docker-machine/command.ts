import { Buffer } from 'node:buffer';
import { $ } from 'zx/core';
import { activity } from '../../process/activity.ts';
import type { ErrorCode } from '../../process/errors/error-codes.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { commandLine, type CommandResult, tail } from '../../process/run-command.ts';
import { findHint } from './hints.ts';

export interface DockerMachineCall {
  /** The step's name in the report. Default: the command line. */
  readonly title?: string;
  readonly input?: string | Uint8Array | undefined;
  /** In milliseconds; then the command and its children are killed. */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Environment variables in addition to those of every call. */
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that are not failures. Default: `[0]`. */
  readonly expect?: readonly number[] | 'any';
  /** Receives every line of standard output immediately: docker-machine prints its progress there. */
  readonly onLine?: (line: string) => void;
  /**
   * A file for the number of the command's process, which leads a process group, and on Linux its `/proc/PID/stat`. It
   * is written before the command runs, so that another process can end the command even if this process was killed.
   */
  readonly numberIn?: string;
}

/** Calls docker-machine. A failure is a {@link HarnessError} with the last line of its output and a hint. */
export type CallDockerMachine = (
  args: readonly string[],
  call?: DockerMachineCall,
) => Promise<CommandResult>;

/**
 * Returns a function that calls `docker-machine`, or another program with its command line.
 *
 * @param env the complete environment of the calls
 */
export function bindDockerMachine(
  command: string,
  env: Readonly<Record<string, string>>,
): CallDockerMachine {
  return async (args, call = {}) => {
    const line = commandLine(command, args);
    return await activity('command', call.title ?? line, async (report) => {
      report.input(line);
      call.signal?.throwIfAborted();
      const result = await runLine(command, args, { ...env, ...call.env }, call, (text) =>
        report.progress(text),
      );
      const output = [result.stdout, result.stderr].filter((text) => text !== '').join('\n');
      report.output(output);
      call.signal?.throwIfAborted();
      const { expect = [0] } = call;
      const code = result.exitCode;
      if (code !== null && (expect === 'any' || expect.includes(code))) {
        return { exitCode: code, stdout: result.stdout, stderr: result.stderr };
      }
      throw new HarnessError({
        code: codeOf(result),
        tried: call.title ?? line,
        observed: describeEnd(result, call.limit),
        hint: findHint(output),
        evidence: output.trim() === '' ? undefined : tail(output),
      });
    });
  };
}

interface Outcome {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** True if the command was ended because of its limit. */
  readonly late: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

async function runLine(
  command: string,
  args: readonly string[],
  env: Record<string, string>,
  call: DockerMachineCall,
  progress: (line: string) => void,
): Promise<Outcome> {
  const { input, limit, signal, onLine, numberIn } = call;
  const shell = $({
    // zx starts bash in between. Without SHLVL, bash takes its socket for a remote login and reads ~/.bashrc.
    env: { SHLVL: '1', ...env, BASH_ENV: '' },
    quiet: true,
    nothrow: true,
    // A separate process group, which can be ended as a whole.
    detached: true,
    ...(input === undefined
      ? { stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'] }
      : { input: Buffer.from(input) }),
  });
  const running =
    numberIn === undefined
      ? shell`${command} ${args}`
      : shell`{ echo $$; cat /proc/$$/stat || true; } >${numberIn} 2>/dev/null; exec ${command} ${args}`;
  // If a program does not read all of its input, its exit code gives the reason.
  if (input !== undefined) running.stdin.on('error', () => {});
  // Kills the whole group: docker-machine passes no signals to its ssh. The same function of zx needs `ps`, which small
  // containers lack.
  const end = () => killGroup(running.pid);
  let late = false;
  const timer =
    limit === undefined
      ? undefined
      : setTimeout(() => {
          late = true;
          end();
        }, limit);
  signal?.addEventListener('abort', end);
  let rest = '';
  running.stdout.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (onLine !== undefined) progress(line);
      onLine?.(line);
    }
  });
  try {
    const { exitCode, signal: killedBy, stdout, stderr } = await running;
    return { exitCode, signal: killedBy, late, stdout, stderr };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The command has already ended.
  }
}

/** Recognizes failures by docker-machine's messages. */
const knownFailures: readonly (readonly [words: RegExp, code: ErrorCode])[] = [
  [/Docker machine "[^"]*" already exists/, 'name-taken'],
  [/Docker machine "[^"]*" does not exist/, 'machine-unknown'],
  [/is already (stopped|running)/, 'engine-state-unchanged'],
];

function codeOf(result: Outcome): ErrorCode {
  if (result.late) return 'command-timed-out';
  const said = lastLineOf(result);
  return knownFailures.find(([words]) => words.test(said))?.[1] ?? 'command-failed';
}

function lastLineOf({ stdout, stderr }: Outcome): string {
  return `${stdout}\n${stderr}`.trim().split('\n').at(-1) ?? '';
}

function describeEnd(result: Outcome, limit: number | undefined): string {
  const { exitCode, signal, late } = result;
  if (late) return `timed out after ${(limit ?? 0) / 1000} s`;
  if (signal !== null) return `killed by ${signal}`;
  const said = lastLineOf(result);
  return said === '' ? `exit code ${exitCode}` : `exit code ${exitCode}, "${said}"`;
}
