import { Buffer } from 'node:buffer';
import { $ } from 'zx/core';
import { activity } from '../../process/activity.ts';
import type { ErrorCode } from '../../process/errors/error-codes.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { commandLine, type CommandResult, tail } from '../../process/run-command.ts';
import { findRemedy } from './hints.ts';

export interface DockerMachineCall {
  /** What the step is called in the report; the command line itself when absent. */
  readonly title?: string;
  readonly input?: string | Uint8Array | undefined;
  /** Milliseconds until it is killed, with what it started. */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Variables beside those that every call has. */
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that are an answer rather than a failure; `[0]` when absent. */
  readonly expect?: readonly number[] | 'any';
  /** Gets every line of standard output as it comes: docker-machine tells there how far it is. */
  readonly onLine?: (line: string) => void;
  /**
   * A file in which its process, which leads a group, tells its number, and on Linux its `/proc/PID/stat`, before it
   * does anything else: whoever finds the file can end it, also when this process was killed.
   */
  readonly numberIn?: string;
}

/** Calls docker-machine; a failure is a {@link HarnessError} with its own last words and what helps against them. */
export type CallDockerMachine = (
  args: readonly string[],
  call?: DockerMachineCall,
) => Promise<CommandResult>;

/**
 * The real `docker-machine`, or whatever speaks its command line.
 *
 * @param env the whole environment of its calls
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
        remedy: findRemedy(output),
        evidence: output.trim() === '' ? undefined : tail(output),
      });
    });
  };
}

interface Outcome {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Whether it was ended because its limit had passed. */
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
    // zx starts a bash in between. Without SHLVL it takes its socket for a remote login and reads ~/.bashrc.
    env: { SHLVL: '1', ...env, BASH_ENV: '' },
    quiet: true,
    nothrow: true,
    // A process group of its own, to be ended as a whole.
    detached: true,
    ...(input === undefined
      ? { stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'] }
      : { input: Buffer.from(input) }),
  });
  const running =
    numberIn === undefined
      ? shell`${command} ${args}`
      : shell`{ echo $$; cat /proc/$$/stat || true; } >${numberIn} 2>/dev/null; exec ${command} ${args}`;
  // Whoever does not read its input to the end has its reasons; its exit code tells them.
  if (input !== undefined) running.stdin.on('error', () => {});
  // By force, and all of them: docker-machine hands no signal on to the ssh that it started. zx's own way to do this
  // needs a `ps`, which a small container has not.
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
    // It has ended by itself.
  }
}

/** Recognizes failures by docker-machine's own words. */
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
