import { readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { openStateDirectory } from '../../netns/state/state-directory.ts';
import { makePrivateFolder, writeAtomically } from '../../process/files/write-atomically.ts';
import { parseStartTime, readStartTime } from '../../process/process-start-time.ts';
import { parseJson } from '../../process/text/parse-json.ts';

// docker-machine itself keeps no note of a creation that was cut short: such a machine looks like any other. Nor does it
// know whose a machine is: the store may be the user's own, with machines that we must never remove.
const folderOf = (store: string) => join(store, 'overlay-e2e', 'unfinished');
const madeFolder = (store: string) => join(store, 'overlay-e2e', 'made');

/** No machine's name has this sign in it. */
const COMMAND = '~command';

/** A process, told from a later one with the same number. */
const someProcess = z.object({ pid: z.number().int().min(2), born: z.string() });
type SomeProcess = z.output<typeof someProcess>;

/** This process's note that it is about to make a machine. */
export interface UnfinishedNote {
  /** Where the command that makes it tells its number, see `DockerMachineCall.numberIn`. */
  readonly commandFile: string;
  /** Strikes the note out: the machine is made, or gone. That we made it stays noted, see {@link listMade}. */
  strike(): Promise<void>;
}

/** Notes it before anything of the machine exists. */
export async function noteUnfinished(store: string, name: string): Promise<UnfinishedNote> {
  await openStateDirectory(store);
  const folder = folderOf(store);
  for (const one of [folder, madeFolder(store)]) await makePrivateFolder(one);
  const maker: SomeProcess = { pid: process.pid, born: (await readStartTime(process.pid)) ?? '' };
  // Whole or not at all: half a note is one of a process that died.
  await writeAtomically(join(folder, name), JSON.stringify(maker));
  await writeAtomically(join(madeFolder(store), name), '');
  return { commandFile: join(folder, `${name}${COMMAND}`), strike: () => strike(folder, name) };
}

/** The names of the machines that were made here, by the notes of it. */
export async function listMade(store: string): Promise<string[]> {
  return (await readdir(madeFolder(store)).catch(() => [])).filter(isName);
}

/** Forgets machines that are gone. */
export async function forgetMade(store: string, names: readonly string[]): Promise<void> {
  const folder = madeFolder(store);
  for (const name of names) await rm(join(folder, name), { force: true });
  // The folders go with their last note.
  for (const one of [folder, folderOf(store), dirname(folder)]) await rmdir(one).catch(() => {});
}

/** Beside the notes are the numbers of commands, and drafts. */
function isName(file: string): boolean {
  return !file.endsWith(COMMAND) && !file.endsWith('.tmp');
}

async function strike(folder: string, name: string): Promise<void> {
  await rm(join(folder, `${name}${COMMAND}`), { force: true });
  await rm(join(folder, name), { force: true });
}

/** What a process left that was killed while it made a machine. */
export interface Leftover {
  readonly name: string;
  /** Ends the command that goes on making the machine, if it does. */
  endCommand(): Promise<void>;
  strike(): Promise<void>;
}

/** The machines that a process was making when it was killed. */
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
