import { Buffer } from 'node:buffer';
import { $ } from 'zx/core';
import { activity } from '../process/activity.ts';
import { HarnessError } from '../process/harness-error.ts';
import { commandLine, type CommandResult, tail } from '../process/run-command.ts';
import { findRemedy } from './docker-machine-remedies.ts';

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
  const { input, limit, signal, onLine } = call;
  const shell = $({
    env,
    quiet: true,
    nothrow: true,
    // Ended by force: docker-machine hands no signal on to the ssh that it started, zx ends the whole group.
    killSignal: 'SIGKILL',
    timeoutSignal: 'SIGKILL',
    ...(input === undefined
      ? { stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'] }
      : { input: Buffer.from(input) }),
    ...(limit === undefined ? {} : { timeout: limit }),
    ...(signal === undefined ? {} : { signal }),
  });
  const running = shell`${command} ${args}`;
  let rest = '';
  running.stdout.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (onLine !== undefined) progress(line);
      onLine?.(line);
    }
  });
  const { exitCode, signal: killedBy, stdout, stderr } = await running;
  return { exitCode, signal: killedBy, stdout, stderr };
}

function describeEnd({ exitCode, signal, stderr, stdout }: Outcome, limit?: number): string {
  if (signal !== null && limit !== undefined) return `not done after ${limit / 1000} s`;
  if (signal !== null) return `killed by ${signal}`;
  const said = `${stdout}\n${stderr}`.trim().split('\n').at(-1) ?? '';
  return said === '' ? `exit code ${exitCode}` : `exit code ${exitCode}, «${said}»`;
}
