import { z } from 'zod';
import { activity } from '../../process/activity.ts';
import { HarnessError } from '../../process/harness-error.ts';
import { commandLine } from '../../process/run-command.ts';
import type { AgentChannel } from './agent-channel.ts';
import { type Namespace, wordOf } from './namespace.ts';
import { openPackets } from './open-packets.ts';
import type { Packets } from './packets.ts';

export interface ProbeOptions {
  /** Milliseconds. */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How a program of the probe's image ended. */
export interface ProgramResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A file of the host, or why it could not be read. */
export type FileResult =
  | {
      readonly path: string;
      readonly text: string /** Whether there is more. */;
      readonly cut: boolean;
    }
  | { readonly path: string; readonly error: string };

/** The probe on one host: one small container, by which the host's kernel is asked, and packets are sent and caught. */
export interface Probe extends AsyncDisposable {
  /** The host's name. */
  readonly host: string;
  /**
   * Runs a program in that namespace, without a shell: ip, bridge, nft, ethtool, iptables-legacy-save or
   * iptables-nft-save. The exit code is an answer; an output of more than 8 MB and the limit (10 s when absent) are errors.
   */
  run(
    namespace: Namespace,
    argv: readonly [string, ...string[]],
    options?: ProbeOptions,
  ): Promise<ProgramResult>;
  /**
   * Reads files of the host, each up to 1 MB unless another `most` is given. What is below /proc is the reader's own:
   * `/proc/sys/net/…` and `/proc/net/…` tell of the namespace, the host's when absent.
   */
  read(
    paths: readonly string[],
    options?: ProbeOptions & { readonly namespace?: Namespace; readonly most?: number },
  ): Promise<FileResult[]>;
  /** The names in a folder of the host, in order. */
  list(path: string, options?: ProbeOptions): Promise<string[]>;
  /** Sends packets, and sees where they come. */
  readonly packets: Packets;
  /** Ends it, and waits until nothing of it is left on the host. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** What the agent may take beyond a program's own limit: it runs few at once, and its host may be busy. */
const PATIENCE = 30_000;

const programAnswer = z.object({
  exitCode: z.number(),
  signal: z.number(),
  timedOut: z.boolean(),
  stdout: z.string(),
  stderr: z.string(),
  cut: z.boolean(),
});

const filesAnswer = z.array(
  z.union([
    z.object({ path: z.string(), text: z.string(), cut: z.boolean() }),
    z.object({ path: z.string(), error: z.string() }),
  ]),
);

/** The questions that a probe can be asked, put to its agent. */
export function openProbe(host: string, channel: AgentChannel, end: () => Promise<void>): Probe {
  const ask = async <T>(answer: z.ZodType<T>, words: readonly string[], options: ProbeOptions) => {
    const { limit = PATIENCE, signal } = options;
    return understand(host, words, answer, await channel.ask(words, { limit, signal }));
  };
  return {
    host,
    run: async (namespace, argv, { limit = 10_000, signal } = {}) => {
      const [program, ...programArguments] = argv;
      const line = commandLine(program, programArguments);
      const where = wordOf(namespace);
      const tried = `${host}: ${line}${namespace === 'host' ? '' : ` in ${where}`}`;
      return await activity('command', tried, async (report) => {
        report.input(line);
        const words = ['run', where, `${limit}`, ...argv];
        const ended = await ask(programAnswer, words, { limit: limit + PATIENCE, signal });
        report.output(ended.stdout + ended.stderr);
        const failure = whyNotWhole(ended, limit);
        if (failure !== undefined) throw new HarnessError({ tried, observed: failure });
        return { exitCode: ended.exitCode, stdout: ended.stdout, stderr: ended.stderr };
      });
    },
    read: async (paths, { namespace = 'host', most = 1_000_000, ...options } = {}) =>
      await ask(filesAnswer, ['read', wordOf(namespace), `${most}`, ...paths], options),
    list: async (path, options = {}) => await ask(z.array(z.string()), ['list', path], options),
    packets: openPackets(async (answer, words) => await ask(answer, words, {})),
    [Symbol.asyncDispose]: end,
  };
}

function whyNotWhole(
  { timedOut, signal, cut }: z.infer<typeof programAnswer>,
  limit: number,
): string | undefined {
  if (timedOut) return `not done after ${limit / 1000} s`;
  if (signal !== 0) return `killed by signal ${signal}`;
  return cut ? 'it wrote more than is kept' : undefined;
}

function understand<T>(
  host: string,
  [verb = '']: readonly string[],
  answer: z.ZodType<T>,
  value: unknown,
): T {
  const parsed = answer.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new HarnessError({
    tried: `${host}: probe ${verb}`,
    observed: 'the agent answered something that is not understood',
    cause: parsed.error,
    evidence: z.prettifyError(parsed.error),
  });
}
