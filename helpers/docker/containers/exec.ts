import { addAbortSignal, type Duplex } from 'node:stream';
import type Docker from 'dockerode';
import { z } from 'zod';
import { readBounded } from '../../process/files/read-bounded.ts';
import { commandLine } from '../../process/run-command.ts';
import { done, notYet, waitFor } from '../../process/waits/wait-for.ts';
import type { CallOptions, Connection } from '../connection.ts';
import { demuxOutput } from './demux-output.ts';
import type { Explain } from '../explain-failure.ts';
import { omitUndefined } from '../../process/omit-undefined.ts';

export interface ExecOptions extends CallOptions {
  readonly user?: string;
  readonly workingFolder?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The program's input. */
  readonly input?: string | Uint8Array;
}

export interface ExecResult {
  /** 126 or 127 if the program could not be started; then `stdout` contains the engine's reason. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program to run in a container. */
export interface ExecTarget {
  readonly id: string;
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  readonly explain: Explain;
}

const result = z.object({ exitCode: z.number(), stdout: z.string(), stderr: z.string() });

/** Runs `docker exec`. After its limit the call fails, but the program continues: engines cannot end it. */
export async function execInContainer(
  connection: Connection,
  { id, name, argv, explain }: ExecTarget,
  options: ExecOptions = {},
): Promise<ExecResult> {
  const [program, ...programArguments] = argv;
  const { user, workingFolder, env, input, limit = 60_000, signal } = options;
  return await connection.call({
    limit,
    signal,
    title: `exec ${name} ${commandLine(program, programArguments)}`,
    answer: result,
    ask: async (docker, abortSignal) => {
      const exec = await docker.getContainer(id).exec({
        Cmd: [...argv],
        AttachStdin: input !== undefined,
        AttachStdout: true,
        AttachStderr: true,
        ...omitUndefined({ User: user, WorkingDir: workingFolder }),
        ...(env === undefined
          ? {}
          : { Env: Object.entries(env).map(([key, value]) => `${key}=${value}`) }),
        abortSignal,
      });
      const stream = await exec.start({ hijack: true, stdin: input !== undefined, abortSignal });
      addAbortSignal(abortSignal, stream);
      const bytes = await talk(stream, input);
      return { exitCode: await readExitCode(exec, abortSignal), ...demuxOutput(bytes) };
    },
    print: ({ exitCode, stdout, stderr }) =>
      [stdout, stderr, ...(exitCode === 0 ? [] : [`exit code ${exitCode}`])]
        .filter((text) => text !== '')
        .join('\n'),
    explain,
  });
}

async function talk(stream: Duplex, input: string | Uint8Array | undefined): Promise<Buffer> {
  const output = readBounded(stream);
  if (input !== undefined) stream.end(input);
  return await output;
}

const execAnswer = z.object({ Running: z.boolean(), ExitCode: z.number().nullable() });

/** The output may end shortly before the engine has recorded the exit code. */
export async function readExitCode(exec: Docker.Exec, abortSignal: AbortSignal): Promise<number> {
  const look = async () => {
    const { Running, ExitCode } = execAnswer.parse(await exec.inspect({ abortSignal }));
    return Running || ExitCode === null ? notYet('the program still runs') : done(ExitCode);
  };
  const first = await look();
  if (first.done) return first.value;
  return await waitFor('exit code of the program', look, { limit: 60_000, signal: abortSignal });
}
