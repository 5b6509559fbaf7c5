import { addAbortSignal, type Readable } from 'node:stream';
import { z } from 'zod';
import type { CallOptions, Connection } from '../connection.ts';
import type { Explain } from '../explain-failure.ts';
import { type OutputPart, readOutput } from './read-output.ts';

export interface FollowLogsOptions extends CallOptions {
  /** The number of earlier lines to begin with. */
  readonly lines: number;
  readonly signal: AbortSignal;
}

interface Target {
  readonly id: string;
  readonly name: string;
  /** True if the container's program has a terminal. */
  readonly terminal: boolean;
  readonly explain: Explain;
}

/** `docker logs --follow`: returns the output of a container as it comes. It ends with the container, or the signal. */
export async function followLogs(
  connection: Connection,
  { id, name, terminal, explain }: Target,
  { lines, signal, limit }: FollowLogsOptions,
): Promise<AsyncIterable<OutputPart>> {
  return await connection.call({
    limit,
    signal,
    title: `logs --follow ${name}`,
    answer: z.custom<AsyncIterable<OutputPart>>(),
    ask: async (docker) => {
      const stream = (await docker
        .getContainer(id)
        .logs({ stdout: true, stderr: true, follow: true, tail: lines })) as Readable;
      addAbortSignal(AbortSignal.any([connection.closed, signal]), stream);
      return readOutput(stream, { hasTerminal: terminal });
    },
    explain,
  });
}
