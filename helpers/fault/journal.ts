import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { HarnessError } from '../process/errors/harness-error.ts';
import { makePrivateFolder, writeAtomically } from '../process/files/write-atomically.ts';
import { readStartTime } from '../process/process-start-time.ts';
import { parseJson } from '../process/text/parse-json.ts';
import { type FaultPlan, faultNames } from './fault.ts';

const step = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('run'), machine: z.string(), script: z.string() }),
  z.strictObject({ do: z.literal('start-containers'), machine: z.string(), list: z.string() }),
  z.strictObject({ do: z.enum(['kill', 'start', 'reboot']), machine: z.string() }),
]);

const injectedFault = z.strictObject({
  version: z.literal(1),
  id: z.string().regex(/^[0-9a-f]{8}$/),
  name: z.enum(faultNames),
  title: z.string(),
  /** The process that injected the fault and undoes it, with its start time. */
  pid: z.int(),
  born: z.string(),
  undo: z.array(step),
});

/** A fault that may exist. */
export type InjectedFault = Readonly<z.infer<typeof injectedFault>>;

/** Records a fault in the state directory. Call it before the first step of the injection. */
export async function recordFault(store: string, plan: FaultPlan): Promise<void> {
  await makePrivateFolder(folderIn(store));
  const { id, name, title, undo } = plan;
  const { pid } = process;
  const born = (await readStartTime(pid)) ?? '';
  const fault = { version: 1, id, name, title, pid, born, undo: [...undo] } satisfies InjectedFault;
  await writeAtomically(fileOf(store, id), `${JSON.stringify(fault, null, 2)}\n`);
}

/** Deletes the record of a fault. Call it after the last step that undoes the fault. */
export async function forgetFault(store: string, id: string): Promise<void> {
  await rm(fileOf(store, id), { force: true });
}

/** Deletes all records: the machines are gone. */
export async function forgetFaults(store: string): Promise<void> {
  await rm(folderIn(store), { recursive: true, force: true });
}

/** Returns the recorded faults of a state directory, those of living processes too, in the order of their IDs. */
export async function listFaults(store: string): Promise<InjectedFault[]> {
  const names = await readdir(folderIn(store)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const files = names.filter((name) => /^[0-9a-f]{8}\.json$/.test(name)).sort();
  return await Promise.all(files.map((name) => readFault(join(folderIn(store), name))));
}

/** Returns true if the process that injected the fault still runs, and will undo it. */
export async function isHeld({ pid, born }: InjectedFault): Promise<boolean> {
  return (await readStartTime(pid)) === born;
}

async function readFault(file: string): Promise<InjectedFault> {
  const { data, error: cause } = injectedFault.safeParse(parseJson(await readFile(file, 'utf8')));
  if (data !== undefined) return data;
  throw new HarnessError({
    code: 'state-unreadable',
    tried: `read ${file}`,
    observed: 'not a fault that this version recorded',
    hint: 'remove the machines with "overlay-e2e down"',
    cause,
  });
}

function folderIn(store: string): string {
  return join(store, 'faults');
}

function fileOf(store: string, id: string): string {
  return join(folderIn(store), `${id}.json`);
}
