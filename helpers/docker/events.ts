import { addAbortSignal, type Readable } from 'node:stream';
import { z } from 'zod';
import { omitUndefined } from '../process/omit-undefined.ts';
import { readLines } from '../process/text/read-lines.ts';
import type { CallOptions, Connection } from './connection.ts';

/** An event that an engine reports: a container starts, a network is connected. */
export interface EngineEvent {
  /** In milliseconds since 1970, by the engine's clock. */
  readonly time: number;
  /** Such as `container`, `network` or `node`. */
  readonly type: string;
  /** Such as `start` or `connect`. */
  readonly action: string;
  /** The ID of its object. */
  readonly id: string;
  /** Such as the `name` of its object. */
  readonly attributes: Readonly<Record<string, string>>;
}

export interface FollowEventsOptions extends CallOptions {
  /** Begins with earlier events since this time, in seconds since 1970. */
  readonly since?: number | undefined;
  /** Ends by itself after the events until this time, in seconds since 1970. */
  readonly until?: number | undefined;
  /** Only events of objects of these types. Default: all. */
  readonly types?: readonly string[] | undefined;
  readonly signal: AbortSignal;
}

/** Bytes of an event. */
const LONGEST_EVENT = 1_000_000;

const eventAnswer = z
  .object({
    time: z.number(),
    timeNano: z.number().optional(),
    Type: z.string(),
    Action: z.string(),
    Actor: z.object({
      ID: z.string().default(''),
      Attributes: z.record(z.string(), z.string()).nullish(),
    }),
  })
  .transform(
    ({ time, timeNano, Type, Action, Actor }): EngineEvent => ({
      time: timeNano === undefined ? time * 1000 : Math.floor(timeNano / 1_000_000),
      type: Type,
      // A program without arguments leaves a space at the end of its command line.
      action: Action.trim(),
      id: Actor.ID,
      attributes: Actor.Attributes ?? {},
    }),
  );

/** `docker events`: returns the events of an engine as they come, until a time or the signal ends it. */
export async function followEvents(
  connection: Connection,
  { since, until, types, signal, limit }: FollowEventsOptions,
): Promise<AsyncIterable<EngineEvent>> {
  return await connection.call({
    limit,
    signal,
    title: 'events',
    answer: z.custom<AsyncIterable<EngineEvent>>(),
    ask: async (docker) => {
      const filters = types && JSON.stringify({ type: types });
      const stream = (await docker.getEvents(omitUndefined({ since, until, filters }))) as Readable;
      addAbortSignal(AbortSignal.any([connection.closed, signal]), stream);
      return readEvents(stream);
    },
  });
}

async function* readEvents(stream: Readable): AsyncGenerator<EngineEvent> {
  for await (const line of readLines(stream, LONGEST_EVENT)) {
    if (line.trim() !== '') yield eventAnswer.parse(JSON.parse(line));
  }
}
