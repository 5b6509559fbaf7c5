import { addAbortSignal, type Writable } from 'node:stream';
import { z } from 'zod';
import type { CallOptions, Connection } from '../connection.ts';
import { type ExecTarget, readExitCode } from './exec.ts';
import { type OutputPart, readOutput } from './read-output.ts';

/** The number of character cells of a terminal. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface OpenExecOptions extends CallOptions {
  /** The program gets its own terminal of this size: its two outputs become one, and Ctrl-C reaches it as a character. */
  readonly terminal?: TerminalSize | undefined;
  /** The value of `TERM` for a program with a terminal. */
  readonly terminalType?: string | undefined;
}

/** A program that runs in a container, with its streams connected to the caller. */
export interface OpenExec {
  readonly stdin: Writable;
  /** The output until the program closes it. With a terminal, all of it is `stdout`. */
  readonly output: AsyncIterable<OutputPart>;
  resize(size: TerminalSize): Promise<void>;
  /** Returns the exit code of a program whose output has ended. */
  exitCode(): Promise<number>;
}

/** `docker exec -i`, with `-t` for a terminal. If the connection ends, the program continues: engines cannot end it. */
export async function openExec(
  connection: Connection,
  { id, name, argv, explain }: ExecTarget,
  { terminal, terminalType, limit = 60_000, signal }: OpenExecOptions = {},
): Promise<OpenExec> {
  const hasTerminal = terminal !== undefined;
  return await connection.call({
    limit,
    signal,
    title: `exec -i ${name} ${argv[0]}`,
    answer: z.custom<OpenExec>(),
    ask: async (docker, abortSignal) => {
      const exec = await docker.getContainer(id).exec({
        Cmd: [...argv],
        AttachStdin: true,
        AttachStdout: true,
        AttachStderr: true,
        Tty: hasTerminal,
        ...(hasTerminal && terminalType !== undefined ? { Env: [`TERM=${terminalType}`] } : {}),
        abortSignal,
      });
      const stream = await exec.start({ hijack: true, stdin: true, Tty: hasTerminal, abortSignal });
      addAbortSignal(connection.closed, stream);
      const resize = async ({ columns, rows }: TerminalSize) => {
        await exec.resize({ w: columns, h: rows });
      };
      if (hasTerminal) await resize(terminal);
      return {
        stdin: stream,
        output: readOutput(stream, { hasTerminal }),
        resize,
        exitCode: async () => await readExitCode(exec, connection.closed),
      };
    },
    explain,
  });
}
