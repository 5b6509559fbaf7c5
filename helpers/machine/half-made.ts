import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { birthIn, birthOf } from '../process/birth-of-process.ts';
import { parseJson } from '../process/parse-json.ts';

// docker-machine itself keeps no note of a creation that was cut short: such a machine looks like any other.
const folderOf = (store: string) => join(store, 'overlay-e2e', 'half-made');

/** No machine's name has this sign in it. */
const COMMAND = '~command';

/** A process, told from a later one with the same number. */
const someProcess = z.object({ pid: z.number().int().positive(), born: z.string() });
type SomeProcess = z.output<typeof someProcess>;

/** This process's note that it is about to make a machine. */
export interface HalfMadeNote {
  /** Where the command that makes it tells its number, see `DockerMachineCall.numberIn`. */
  readonly commandFile: string;
  /** Strikes the note out. */
  strike(): Promise<void>;
}

export async function noteHalfMade(store: string, name: string): Promise<HalfMadeNote> {
  const folder = folderOf(store);
  await mkdir(folder, { recursive: true });
  const maker: SomeProcess = { pid: process.pid, born: (await birthOf(process.pid)) ?? '' };
  await writeFile(join(folder, name), JSON.stringify(maker));
  return { commandFile: join(folder, `${name}${COMMAND}`), strike: () => strike(folder, name) };
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
export async function listHalfMade(store: string): Promise<Leftover[]> {
  const folder = folderOf(store);
  const names = (await readdir(folder).catch(() => [])).filter((name) => !name.endsWith(COMMAND));
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
  return someProcess.safeParse({ pid: Number(pid), born: birthIn(stat) }).data;
}

async function isAlive({ pid, born }: SomeProcess): Promise<boolean> {
  return (await birthOf(pid)) === born;
}

async function endGroup(leader: SomeProcess | undefined): Promise<void> {
  if (leader !== undefined && (await isAlive(leader))) process.kill(-leader.pid, 'SIGKILL');
}
