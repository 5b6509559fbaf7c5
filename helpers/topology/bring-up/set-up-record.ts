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
  parent: z.int().optional().describe('The ID of the enclosing activity.'),
  kind: z.enum(activityKinds),
  code: z.enum(activityCodes).optional(),
  title: z.string(),
  machine: z.string().optional(),
  startedAt: milliseconds,
  endedAt: milliseconds
    .optional()
    .describe('Absent if the activity had not ended when the bring-up ended.'),
  failure: z.string().optional().describe('The first line of its error.'),
});

/** The record of a bring-up: its activities with their times and machines. */
const setUpRecord = z.object({
  version: z.literal(1),
  topology: z.string(),
  startedAt: milliseconds,
  endedAt: milliseconds,
  failure: z.string().optional().describe('The first line of its error.'),
  activities: z.array(recordedActivity),
});

export type SetUpRecord = z.infer<typeof setUpRecord>;
export type RecordedActivity = z.infer<typeof recordedActivity>;

/** Records activities until it is disposed of. */
export interface SetUpRecorder extends Disposable {
  /** Returns all activities so far. */
  take(topology: string, error?: unknown): SetUpRecord;
}

/** Records a bring-up. All activities of its scope count as part of it. */
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

/** Returns an activity without its output, which may be long or secret, and which pictures do not need. */
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

/** Saves the record next to the topology's document. */
export async function saveSetUp(store: string, record: SetUpRecord): Promise<void> {
  await writeAtomically(recordFile(store), `${JSON.stringify(record, null, 2)}\n`);
}

/** Reads the record of a state directory's bring-up, if there is one. */
export async function loadSetUp(store: string): Promise<SetUpRecord | undefined> {
  const file = recordFile(store);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    // A folder in its place is as unreadable as an incomplete file.
    if (error.code === 'EISDIR') return '';
    throw error;
  });
  if (text === undefined) return undefined;
  const { data, error: cause } = setUpRecord.safeParse(parseJson(text));
  if (data !== undefined) return data;
  throw new HarnessError({
    code: 'state-unreadable',
    tried: `read ${file}`,
    observed: 'not a record of this version',
    hint: 'tear the cluster down with "overlay-e2e down" and bring it up again',
    cause,
  });
}

/** Deletes the record. */
export async function removeSetUp(store: string): Promise<void> {
  await rm(recordFile(store), { recursive: true, force: true });
}

function recordFile(store: string): string {
  return join(store, 'set-up.json');
}
