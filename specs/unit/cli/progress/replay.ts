import { readFileSync } from 'node:fs';
import { channel } from 'node:diagnostics_channel';
import { join } from 'node:path';
import { vi } from 'vitest';
import { z } from 'zod';
import type { Activity } from '../../../../helpers/process/activity.ts';
import { omitUndefined } from '../../../../helpers/process/omit-undefined.ts';

const recorded = z.object({
  id: z.number(),
  parent: z.number().optional(),
  kind: z.enum(['stage', 'step', 'command', 'wait', 'http', 'exchange', 'transfer']),
  title: z.string(),
  machine: z.string().optional(),
  input: z.string().optional(),
  /** Milliseconds since the start of the recording. */
  startedAt: z.number(),
  endedAt: z.number(),
  progress: z.array(z.tuple([z.number(), z.string()])).default([]),
});

type Recorded = z.infer<typeof recorded>;

/** Returns the recorded activities of a run from a file with one JSON value per line. */
export function readRecording(name: string): Recorded[] {
  const text = readFileSync(join(import.meta.dirname, 'recordings', `${name}.jsonl`), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => recorded.parse(JSON.parse(line)));
}

interface Moment {
  readonly at: number;
  happen(): void;
}

/** Replays a recorded run, controlled by fake timers. */
export class Replay {
  readonly #moments: readonly Moment[];
  #next = 0;
  readonly #beganAt = Date.now();

  /** @param failures errors by the title of the activity that fails */
  constructor(all: readonly Recorded[], failures: Readonly<Record<string, Error>> = {}) {
    this.#moments = all
      .flatMap((one) => momentsOf(one, this.#beganAt, failures[one.title]))
      .toSorted((one, other) => one.at - other.at);
  }

  /** Replays all events up to this number of milliseconds after the start. */
  async until(at: number): Promise<void> {
    for (; (this.#moments[this.#next]?.at ?? Infinity) <= at; this.#next += 1) {
      const moment = this.#moments[this.#next];
      if (moment === undefined) break;
      await turnClock(this.#beganAt + moment.at);
      moment.happen();
    }
    await turnClock(this.#beganAt + at);
  }

  async untilEnd(): Promise<void> {
    await this.until(this.#moments.at(-1)?.at ?? 0);
  }
}

async function turnClock(to: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(Math.max(to - Date.now(), 0));
}

function momentsOf(one: Recorded, zero: number, failure: Error | undefined): Moment[] {
  const { progress, startedAt, endedAt, parent, machine, input, ...rest } = one;
  const activity: Activity = {
    ...rest,
    parent,
    ...omitUndefined({ machine, input }),
    startedAt: zero + startedAt,
  };
  const publish = (what: string) => channel(`overlay-e2e:activity:${what}`).publish(activity);
  return [
    { at: startedAt, happen: () => publish('start') },
    ...progress.map(([at, text]) => ({
      at,
      happen: () => {
        activity.progress = text;
        publish('progress');
      },
    })),
    {
      at: endedAt,
      happen: () => {
        activity.endedAt = zero + endedAt;
        if (failure !== undefined) activity.error = failure;
        publish('end');
      },
    },
  ];
}
