import type { Readable } from 'node:stream';
import { activity } from './activity.ts';
import type { ErrorCode } from './errors/error-codes.ts';
import { HarnessError } from './errors/harness-error.ts';
import { describeSystemError } from './errors/system-error.ts';
import { omitUndefined } from './omit-undefined.ts';

export interface CommandOptions {
  /** The title in the report and on the terminal; the command line by default. */
  readonly title?: string;
  readonly input?: string | Uint8Array;
  /** An input that is written while the program runs. */
  readonly openInput?: Readable;
  readonly cwd?: string;
  /** The whole environment of the command; this process's by default. */
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds until the command is killed. */
  readonly limit?: number;
  readonly signal?: AbortSignal | undefined;
  /** An instruction for the user if it fails. */
  readonly hint?: string;
  /** Exit codes that are not a failure: `[0]` by default, `'any'` for all. */
  readonly expect?: readonly number[] | 'any';
  /** Receives the standard output as it comes. It is then neither kept nor published. */
  readonly onOutput?: ((text: string) => void) | undefined;
  /** Codes of known failures, by the program's own words in its output. */
  readonly failures?: readonly (readonly [words: RegExp, code: ErrorCode])[];
}

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program without a shell and waits for it. Its command line, output and time are published as an activity.
 * An unexpected exit code, a signal, a missing program or the limit causes a {@link HarnessError} with the output.
 */
export async function runCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { input, openInput, cwd, env, limit, signal, hint, onOutput, expect = [0] } = options;
  const given = openInput ?? input;
  const line = commandLine(file, args);
  return await activity('command', options.title ?? line, async (report) => {
    report.input(line);
    // Imported only when a command runs: most calls of netns-machine run none.
    const { execa } = await import('execa');
    const running = execa(file, args, {
      reject: false,
      stripFinalNewline: false,
      ...(given === undefined ? { stdin: 'ignore' as const } : { input: given }),
      ...omitUndefined({ cwd }),
      ...(env === undefined ? {} : { env, extendEnv: false }),
      ...omitUndefined({ timeout: limit, cancelSignal: signal }),
      // Descendants hold the output open, and execa would wait for them.
      killDescendants: limit !== undefined || signal !== undefined,
      ...(onOutput === undefined ? {} : { buffer: { stdout: false } }),
    });
    if (onOutput !== undefined) running.stdout.setEncoding('utf8').on('data', onOutput);
    const result = await running;
    const { stderr } = result;
    const stdout = onOutput === undefined ? String(result.stdout) : '';
    const output = [stdout, stderr].filter((text) => text !== '').join('\n');
    report.output(output);
    signal?.throwIfAborted();
    const { exitCode } = result;
    if (exitCode !== undefined && (expect === 'any' || expect.includes(exitCode))) {
      return { exitCode, stdout, stderr };
    }
    throw new HarnessError({
      code: codeOf(result, output, options.failures),
      tried: options.title ?? line,
      observed: describeEnd(result, limit, output),
      hint,
      cause: result,
      evidence: output.trim() === '' ? undefined : tail(output),
    });
  });
}

/** Returns the command line, quoted for a POSIX shell where necessary. */
export function commandLine(file: string, args: readonly string[]): string {
  return [file, ...args].map(quoteForShell).join(' ');
}

/** Quotes one word of a POSIX shell's command line. */
export function quoteForShell(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Returns lines that set variables of a shell. */
export function shellVariables(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([key, value]) => `${key}=${quoteForShell(value)}\n`)
    .join('');
}

/** Returns the last `lines` lines. */
export function tail(text: string, lines = 20): string {
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}

function codeOf(
  { timedOut, cause }: { timedOut: boolean; cause?: unknown },
  output: string,
  failures: CommandOptions['failures'] = [],
): ErrorCode {
  if (timedOut) return 'command-timed-out';
  const known = failures.find(([words]) => words.test(output));
  if (known !== undefined) return known[1];
  const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
  return isMissing ? 'package-missing' : 'command-failed';
}

function describeEnd(
  result: {
    timedOut: boolean;
    exitCode?: number | undefined;
    signal?: string | undefined;
    originalMessage?: string | undefined;
    cause?: unknown;
  },
  limit: number | undefined,
  output: string,
): string {
  if (result.timedOut) return `timed out after ${(limit ?? 0) / 1000} s`;
  if (result.signal !== undefined) return `killed by ${result.signal}`;
  if (result.exitCode === undefined) {
    const why = describeSystemError(result.cause) ?? result.originalMessage;
    return `it could not be started${why === undefined ? '' : `: ${why}`}`;
  }
  const said = output.trim().split('\n').at(-1) ?? '';
  return said === '' ? `exit code ${result.exitCode}` : `exit code ${result.exitCode}, "${said}"`;
}
