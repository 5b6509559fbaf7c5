import { createHash } from 'node:crypto';
import { readdirSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../debian/cache/cache.ts';
import { startDetached } from '../../netns/boot/start-detached.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { readIfThere } from '../../process/files/read-if-exists.ts';
import { isRunning } from '../../process/is-running.ts';
import { tail } from '../../process/run-command.ts';
import { done, notYet, waitFor } from '../../process/waits/wait-for.ts';
import { makePrivateFolder } from '../../process/files/write-atomically.ts';
import { KEPT } from './user-namespaces.ts';

type Env = Readonly<Record<string, string>>;

const SCRIPT = join(import.meta.dirname, 'keeper.sh');

/** The one keeper of a user and a cache: all state directories share its network, as those of root share the host's. */
function keeperId(): string {
  return createHash('sha256').update(cacheFolder()).digest('hex').slice(0, 12);
}

/** Returns the PID of the running keeper, if any. */
export function findKeeper(): number | undefined {
  const uid = process.geteuid?.();
  const own = readlinkIfThere('/proc/self/ns/user');
  return listProcesses().find((pid) => {
    const words = readIfThere(`/proc/${pid}/cmdline`).split('\0');
    // Another clone may have started it.
    const isScript = words[0] === 'sh' && words.at(-3)?.endsWith('/uml/rootless/keeper.sh');
    if (isScript !== true || words.at(-2) !== keeperId()) return false;
    // A command line says nothing by itself: only a process of this user, and PID 1 of other namespaces, is a keeper.
    const isOwn = ownerOf(pid) === uid && readlinkIfThere(`/proc/${pid}/ns/user`) !== own;
    return isOwn && /^NSpid:\t\d+\t1$/m.test(readIfThere(`/proc/${pid}/status`));
  });
}

/** Starts a keeper. It outlives this process. */
export async function startKeeper(env: Env): Promise<number> {
  const folder = join(cacheFolder(), 'rootless');
  await makePrivateFolder(folder);
  const log = join(folder, 'keeper.log');
  const child = startDetached(['unshare', ...KEPT, '--kill-child', 'sh', SCRIPT, keeperId()], {
    log,
    env: { PATH: env['PATH'] ?? '', ...libraries(env) },
  });
  let ended = false;
  child.once('exit', () => {
    ended = true;
  });
  return await waitFor(
    'namespaces of this user',
    async () => {
      const over = ended;
      const pid = findKeeper();
      if (pid !== undefined && isReady(pid)) return done(pid);
      if (!over) return notYet('they are being set up');
      throw new HarnessError({
        code: 'machine-start-failed',
        tried: 'namespaces of this user: set up',
        observed: `their first process has ended, "${tail(readIfThere(log), 1)}"`,
        evidence: tail(readIfThere(log)),
      });
    },
    { limit: 60_000, every: 10, fatal: (error) => error instanceof HarnessError },
  );
}

/** Ends a keeper, and with it everything in its PID namespace, if no machine and no command needs it any more. */
export async function endKeeperIfUnused(keeper: number): Promise<boolean> {
  if (isUsed(keeper)) return false;
  // The keeper is the child of the unshare that made its namespaces.
  const processes = [keeper, parentOf(keeper)];
  process.kill(keeper, 'SIGKILL');
  await waitFor(
    'end of the namespaces of this user',
    async () => {
      const left = processes.filter(isRunning);
      return left.length === 0 ? done(undefined) : notYet(`processes ${left.join(', ')} run`);
    },
    { limit: 60_000, every: 10 },
  );
  return true;
}

/** The namespaces of a keeper, in the words of nsenter. A machine's processes also join the PID namespace. */
export function enterOptions(keeper: number): string[] {
  return ['user', 'net', 'mnt'].map((kind) => {
    const option = kind === 'mnt' ? 'mount' : kind;
    return `--${option}=/proc/${keeper}/ns/${kind}`;
  });
}

/** Returns true if a process is in the keeper's network namespace by now. */
export function hasEntered(keeper: number, pid: number): boolean {
  return readlinkIfThere(`/proc/${pid}/ns/net`) === readlinkIfThere(`/proc/${keeper}/ns/net`);
}

/** The last step of the keeper's script is its PID namespace's file. */
function isReady(keeper: number): boolean {
  const file = `/proc/${keeper}/root/run/overlay-e2e-rootless/pid`;
  try {
    return `pid:[${statSync(file).ino}]` === readlinkIfThere(`/proc/${keeper}/ns/pid`);
  } catch {
    return false;
  }
}

function isUsed(keeper: number): boolean {
  // Every switch and every machine has a name there.
  if (readdirSync(`/proc/${keeper}/root/run/netns`).length > 0) return true;
  // The keeper, the unshare that started it, and its sleep.
  const isOwn = (pid: number) => [pid, parentOf(pid)].includes(keeper) || parentOf(keeper) === pid;
  return listProcesses().some((pid) => hasEntered(keeper, pid) && !isOwn(pid));
}

function parentOf(pid: number): number {
  return Number(/^PPid:\t(\d+)$/m.exec(readIfThere(`/proc/${pid}/status`))?.[1]);
}

function listProcesses(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function ownerOf(pid: number): number | undefined {
  try {
    return statSync(`/proc/${pid}`).uid;
  } catch {
    return undefined;
  }
}

function readlinkIfThere(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    return undefined;
  }
}

function libraries(env: Env): Env {
  const path = env['LD_LIBRARY_PATH'];
  return path === undefined ? {} : { LD_LIBRARY_PATH: path };
}
