import { readdir, readFile, stat } from 'node:fs/promises';
import { printable } from '../text/printable.ts';
import { redactSecrets } from '../text/redact-secrets.ts';

/** The program that holds a lock while its standard input is open, and the descriptor that it holds it with. */
export const KEEPER = 'cat';
export const DESCRIPTOR = 9;

/** The longest command line in a description, in characters. */
const LONGEST = 200;

/** Describes the process that holds the lock on a path: its number and command. */
export async function describeHolder(path: string): Promise<string> {
  const holders = (await Promise.all((await listProcesses()).map((pid) => readOwner(pid, path))))
    .filter((owner) => owner !== undefined)
    .map(async (owner) => `held by process ${owner}: ${await readCommand(owner)}`);
  return (await Promise.all(holders))[0] ?? 'held by a process that this user cannot see';
}

async function listProcesses(): Promise<string[]> {
  return (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
}

/** Returns the parent of a process that keeps the lock; undefined for all other processes, even if they wait for it. */
async function readOwner(pid: string, path: string): Promise<string | undefined> {
  try {
    const [held, wanted] = await Promise.all([stat(`/proc/${pid}/fd/${DESCRIPTOR}`), stat(path)]);
    if (held.dev !== wanted.dev || held.ino !== wanted.ino) return undefined;
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    if (!status.startsWith(`Name:\t${KEEPER}\n`)) return undefined;
    return /^PPid:\t(\d+)$/m.exec(status)?.[1];
  } catch {
    // It has ended, or belongs to another user.
    return undefined;
  }
}

async function readCommand(pid: string): Promise<string> {
  const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  const line = printable(redactSecrets(words.split('\0').join(' ').trim()));
  if (line === '') return 'its command is unknown';
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
