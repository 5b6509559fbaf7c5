/**
 * Removes state directories whose specs were killed: ends the commands that use them, then removes their machines and
 * folders. The arguments are pairs of a folder and a state directory. If the environment names a lock, each removed
 * directory is a line in it.
 */
import { appendFileSync, existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createNetnsProvider } from '../../helpers/machine/netns/provider.ts';
import { readIfThere } from '../../helpers/process/files/read-if-exists.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import { tearDown } from '../../helpers/topology/bring-up/tear-down.ts';

const paths = process.argv.slice(2);
const pairs = paths.flatMap((folder, index) =>
  index % 2 === 0 && existsSync(folder) ? [{ folder, store: paths[index + 1] ?? folder }] : [],
);
await Promise.all(pairs.map(remove));

async function remove({ folder, store }: { folder: string; store: string }): Promise<void> {
  try {
    await endCommands(folder);
    const { machines, remains } = await tearDown(createNetnsProvider({ store }));
    await rm(folder, { recursive: true, force: true });
    record(`${folder}: removed, with ${[...machines, ...remains].join(', ') || 'no machines'}`);
  } catch (error) {
    record(`${folder}: not removed: ${String(error)}`);
    process.exitCode = 1;
  }
}

function record(line: string): void {
  const file = process.env['LOCK'] ?? '';
  if (file !== '') appendFileSync(file, `${line}\n`);
}

/** A command that brings up a cluster removes it when it is interrupted. */
async function endCommands(folder: string): Promise<void> {
  for (const name of ['SIGTERM', 'SIGKILL'] as const) {
    for (const pid of findCommands(folder)) kill(pid, name);
    const limit = 60_000;
    const hasEnded = await waitFor(
      `${folder}: its commands end after ${name}`,
      async () => {
        const left = findCommands(folder);
        return left.length === 0 ? done(true) : notYet(left.join(', '));
      },
      { limit },
    ).catch(() => false);
    if (hasEnded) return;
  }
}

/** Processes that name the folder and belong to no machine. */
function findCommands(folder: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    if (pid === process.pid) return false;
    const read = (file: string) => readIfThere(`/proc/${pid}/${file}`);
    const names = [read('cmdline'), read('environ')].some((text) => text.includes(folder));
    return names && !read('cgroup').includes('/overlay-e2e/');
  });
}

function kill(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
