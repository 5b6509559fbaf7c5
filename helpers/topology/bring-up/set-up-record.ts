import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeAtomically } from '../../process/files/write-atomically.ts';
import { type Activity, activityCodes, activityKinds, onActivity } from '../../process/activity.ts';
import { firstLine, HarnessError } from '../../process/errors/harness-error.ts';
import { parseJson } from '../../process/text/parse-json.ts';
import { omitUndefined } from '../../process/omit-undefined.ts';

const milliseconds = z.number().describe('Since the epoch.');

const recordedActivity = z.object({
  id: z.int(),
  parent: z.int().optional().describe('The id of the activity within which it happened.'),
  kind: z.enum(activityKinds),
  code: z.enum(activityCodes).optional(),
  title: z.string(),
  machine: z.string().optional(),
  startedAt: milliseconds,
  endedAt: milliseconds.optional().describe('Absent when it had not ended when the set-up did.'),
  failure: z.string().optional().describe('What it failed with, in one line.'),
});

/** How a topology was stood up: what happened when, and on which machine. */
const setUpRecord = z.object({
  version: z.literal(1),
  topology: z.string(),
  startedAt: milliseconds,
  endedAt: milliseconds,
  failure: z.string().optional().describe('What it failed with, in one line.'),
  activities: z.array(recordedActivity),
});

export type SetUpRecord = z.infer<typeof setUpRecord>;
export type RecordedActivity = z.infer<typeof recordedActivity>;

/** Listens to what this process does, until it is disposed of. */
export interface SetUpRecorder extends Disposable {
  /** All of it until now. */
  take(topology: string, error?: unknown): SetUpRecord;
}

/** What goes on in the process meanwhile is taken for a part of the set-up: one at a time. */
export function recordSetUp(): SetUpRecorder {
  const activities: Activity[] = [];
  const startedAt = Date.now();
  const stop = onActivity({ start: (one) => activities.push(one) });
  return {
    take: (topology, error) => ({
      version: 1,
      topology,
      startedAt,
      endedAt: Date.now(),
      ...(error === undefined ? {} : { failure: firstLine(error) }),
      activities: activities.map(recordActivity),
    }),
    [Symbol.dispose]: stop,
  };
}

/** Without what was said in it: a picture needs none of that, and it may be long, or secret. */
function recordActivity(one: Activity): RecordedActivity {
  const { id, parent, kind, code, title, machine, startedAt, endedAt, error } = one;
  return {
    id,
    kind,
    title,
    startedAt,
    ...omitUndefined({ code, parent, machine, endedAt }),
    ...(error === undefined ? {} : { failure: firstLine(error) }),
  };
}

/** Keeps the record beside the topology's document. */
export async function saveSetUp(store: string, record: SetUpRecord): Promise<void> {
  await writeAtomically(recordFile(store), `${JSON.stringify(record, null, 2)}\n`);
}

/** How what is in this store was stood up, if that was recorded. */
export async function loadSetUp(store: string): Promise<SetUpRecord | undefined> {
  const file = recordFile(store);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    // A folder in its place is no more readable than half a file.
    if (error.code === 'EISDIR') return '';
    throw error;
  });
  if (text === undefined) return undefined;
  const { data, error: cause } = setUpRecord.safeParse(parseJson(text));
  if (data !== undefined) return data;
  throw new HarnessError({
    code: 'state-unreadable',
    tried: `read ${file}`,
    observed: 'not a set-up that this version recorded',
    remedy: 'take the store down with «overlay-e2e down» and stand it up again',
    cause,
  });
}

/** Forgets it. */
export async function removeSetUp(store: string): Promise<void> {
  await rm(recordFile(store), { recursive: true, force: true });
}

function recordFile(store: string): string {
  return join(store, 'set-up.json');
}
