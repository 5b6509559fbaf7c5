import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, homedir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder, cacheTarget } from '../../debian/cache/cache.ts';
import { prepareTools } from '../../debian/tools.ts';
import { wholeEnvironment } from '../../process/environment.ts';
import { withLock } from '../../process/files/file-lock.ts';
import { requireOwner } from '../../process/files/require-owner.ts';
import { makePrivateFolder } from '../../process/files/write-atomically.ts';
import { done, notYet, waitFor } from '../../process/waits/wait-for.ts';
import { findComputer } from '../computer/computer.ts';
import { runInComputer } from '../computer/run-in-computer.ts';
import { endKeeperIfUnused, enterOptions, findKeeper, hasEntered, startKeeper } from './keeper.ts';
import { startRelay } from './relay.ts';
import { tryUserNamespaces } from './user-namespaces.ts';

type Env = Readonly<Record<string, string>>;

/** In the folder of the caller, which belongs to the other mount namespace; and it ends with the process that waits. */
const BEGIN = 'cd "$1" && shift && exec setpriv --pdeathsig KILL "$@"';

/**
 * Runs a command where this user is root, and returns its exit code: in namespaces, or where these are refused, in a
 * virtual computer. The first command sets it up. It stays as long as a machine or a command is in it.
 */
export async function runRootless(argv: readonly [string, ...string[]]): Promise<number> {
  // Machines may be there since namespaces were refused.
  if (findComputer() !== undefined || !(await canEnter())) return await runInComputer(argv);
  const { env } = await prepareTools();
  await makePrivateFolder(cacheFolder());
  requireOwner(cacheTarget());
  await using relay = await startRelay();
  const own: Env = { ...wholeEnvironment(), HOME: homedir(), OVERLAY_E2E_OUTSIDE: relay.socket };
  // Under the lock, so that no other command ends the namespaces before this one is in them.
  const child = await underLock(async () => await enter(argv, own, env));
  const stopForwarding = forwardSignals(child);
  try {
    const [code, signal] = (await ended(child)) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  } finally {
    stopForwarding();
    await underLock(async () => {
      const keeper = findKeeper();
      if (keeper !== undefined) await endKeeperIfUnused(keeper);
    });
  }
}

/** Returns true if this user has such namespaces or a virtual computer already: machines are only there. */
export function isEntered(): boolean {
  return findKeeper() !== undefined || findComputer() !== undefined;
}

/** Returns true if this user is in such namespaces already, or can create them. */
export async function canEnter(): Promise<boolean> {
  if (findKeeper() !== undefined) return true;
  return (await tryUserNamespaces()) === undefined;
}

async function underLock<T>(run: () => Promise<T>): Promise<T> {
  return await withLock(join(cacheFolder(), 'locks', 'rootless'), 'namespaces of this user', run);
}

async function enter(argv: readonly string[], own: Env, env: Env): Promise<ChildProcess> {
  const keeper = findKeeper() ?? (await startKeeper(env));
  const words = [
    ...enterOptions(keeper),
    '--preserve-credentials',
    'sh',
    '-c',
    BEGIN,
    'sh',
    process.cwd(),
    ...argv,
  ];
  const child = spawn('nsenter', words, {
    stdio: 'inherit',
    env: { ...own, PATH: env['PATH'] ?? '' },
  });
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  await waitFor(
    'namespaces of this user: enter',
    async () => {
      if (failure !== undefined) throw failure;
      const { pid, exitCode, signalCode } = child;
      if (pid === undefined) return notYet('not started');
      const isOver = exitCode !== null || signalCode !== null;
      return isOver || hasEntered(keeper, pid) ? done(undefined) : notYet('not there yet');
    },
    { limit: 60_000, every: 2, fatal: () => failure !== undefined },
  );
  return child;
}

async function ended(child: ChildProcess): Promise<unknown[]> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return [child.exitCode, child.signalCode];
  }
  return await once(child, 'exit');
}

/** A terminal sends Ctrl-C to the command as well: a second one would mean "immediately". */
function forwardSignals(child: ChildProcess): () => void {
  const handlers = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((name) => {
    const handler = (): void => {
      if (name !== 'SIGINT' || !process.stdin.isTTY) child.kill(name);
    };
    process.on(name, handler);
    return () => process.off(name, handler);
  });
  return () => handlers.forEach((stop) => stop());
}
