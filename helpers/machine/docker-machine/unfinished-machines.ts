import { readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { openStateDirectory } from '../../netns/state/state-directory.ts';
import { makePrivateFolder, writeAtomically } from '../../process/files/write-atomically.ts';
import { parseStartTime, readStartTime } from '../../process/process-start-time.ts';
import { parseJson } from '../../process/text/parse-json.ts';

// docker-machine does not record interrupted creations: such a machine looks like any other. It also does not record
// which program created a machine. The state directory may be the user's, with machines that must never be removed.
const folderOf = (store: string) => join(store, 'overlay-e2e', 'unfinished');
const madeFolder = (store: string) => join(store, 'overlay-e2e', 'made');

/** A machine name cannot contain this character. */
const COMMAND = '~command';

/** A process. The time of its start distinguishes it from a later process with the same number. */
const someProcess = z.object({ pid: z.number().int().min(2), born: z.string() });
type SomeProcess = z.output<typeof someProcess>;

/** The note that this process is about to create a machine. */
export interface UnfinishedNote {
  /** The file in which the command writes its process number, see `DockerMachineCall.numberIn`. */
  readonly commandFile: string;
  /** Deletes the note, once the machine is complete or removed. {@link listMade} still lists the machine. */
  strike(): Promise<void>;
}

/** Writes the note before any part of the machine exists. */
export async function noteUnfinished(store: string, name: string): Promise<UnfinishedNote> {
  await openStateDirectory(store);
  const folder = folderOf(store);
  for (const one of [folder, madeFolder(store)]) await makePrivateFolder(one);
  const maker: SomeProcess = { pid: process.pid, born: (await readStartTime(process.pid)) ?? '' };
  // Written atomically: an incomplete note would come from a process that died.
  await writeAtomically(join(folder, name), JSON.stringify(maker));
  await writeAtomically(join(madeFolder(store), name), '');
  return { commandFile: join(folder, `${name}${COMMAND}`), strike: () => strike(folder, name) };
}

/** Returns the names of the machines that this program created in a state directory. */
export async function listMade(store: string): Promise<string[]> {
  return (await readdir(madeFolder(store)).catch(() => [])).filter(isName);
}

/** Deletes the notes about removed machines. */
export async function forgetMade(store: string, names: readonly string[]): Promise<void> {
  const folder = madeFolder(store);
  for (const name of names) await rm(join(folder, name), { force: true });
  // The folders are removed with their last note.
  for (const one of [folder, folderOf(store), dirname(folder)]) await rmdir(one).catch(() => {});
}

/** Returns true for notes: the folder also contains process numbers and temporary files. */
function isName(file: string): boolean {
  return !file.endsWith(COMMAND) && !file.endsWith('.tmp');
}

async function strike(folder: string, name: string): Promise<void> {
  await rm(join(folder, `${name}${COMMAND}`), { force: true });
  await rm(join(folder, name), { force: true });
}

/** The remains of a process that was killed while it created a machine. */
export interface Leftover {
  readonly name: string;
  /** Ends the command that creates the machine, if it still runs. */
  endCommand(): Promise<void>;
  strike(): Promise<void>;
}

/** Returns the machines whose creation was interrupted because the process was killed. */
export async function listUnfinished(store: string): Promise<Leftover[]> {
  const folder = folderOf(store);
  const names = (await readdir(folder).catch(() => [])).filter(isName);
  const all = names.map(async (name): Promise<Leftover[]> => {
    const maker = readMaker(await readFile(join(folder, name), 'utf8').catch(() => ''));
    if (maker !== undefined && (await isAlive(maker))) return [];
    const commandFile = join(folder, `${name}${COMMAND}`);
    const endCommand = async () => {
      await endGroup(readCommand(await readFile(commandFile, 'utf8').catch(() => '')));
    };
    return [{ name, endCommand, strike: () => strike(folder, name) }];
  });
  return (await Promise.all(all)).flat();
}

function readMaker(text: string): SomeProcess | undefined {
  return someProcess.safeParse(parseJson(text)).data;
}

function readCommand(text: string): SomeProcess | undefined {
  const [pid = '', stat = ''] = text.split('\n');
  return someProcess.safeParse({ pid: Number(pid), born: parseStartTime(stat) }).data;
}

async function isAlive({ pid, born }: SomeProcess): Promise<boolean> {
  return (await readStartTime(pid)) === born;
}

async function endGroup(leader: SomeProcess | undefined): Promise<void> {
  if (leader !== undefined && (await isAlive(leader))) process.kill(-leader.pid, 'SIGKILL');
}
