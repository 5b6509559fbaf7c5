import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { activity } from '../activity.ts';
import { HarnessError } from '../errors/harness-error.ts';
import { WaitTimeout } from '../waits/wait-for.ts';
import { describeHolder, DESCRIPTOR, KEEPER } from './lock-holder.ts';

/** Milliseconds to wait for another process: more than the largest download takes on a slow connection. */
const LIMIT = 30 * 60_000;

/**
 * Runs `run` while this process alone holds the lock on `file`, and deletes the file afterward. The kernel releases the
 * lock when the process ends, so that a killed run never blocks the next one.
 *
 * @param what the holder's work, for the progress line of a waiting run
 * @param limit milliseconds to wait for the lock
 */
export async function withLock<T>(
  file: string,
  what: string,
  run: () => Promise<T>,
  limit = LIMIT,
): Promise<T> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const release = await lock(file, 'file', what, limit);
  try {
    return await run();
  } finally {
    await rm(file, { force: true });
    await release();
  }
}

/**
 * Does the same with a lock on a folder, without writing to it: it works on a full disk, and only for users who may read
 * the folder. A missing folder is not locked.
 */
export async function withFolderLock<T>(
  folder: string,
  what: string,
  run: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const release = await lock(folder, 'folder', what, LIMIT, signal);
  try {
    return await run();
  } finally {
    await release();
  }
}

/** Milliseconds after which the lock of a killed process is free: the child that holds it ends after that process. */
const RELEASE_LIMIT = 1000;

/**
 * Locks `file` without waiting for another run. The kernel releases the lock when this process ends.
 *
 * @returns the lock, which deletes the file when it is disposed of; or a description of the process that holds it
 */
export async function tryLock(file: string): Promise<AsyncDisposable | string> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const timeout = AbortSignal.timeout(RELEASE_LIMIT);
  let holder = '';
  const wait = async () => {
    holder = await describeHolder(file);
    return await takeLock(file, 'file', 'wait', timeout).catch((error: unknown) => {
      if (error !== timeout.reason) throw error;
      return undefined;
    });
  };
  const release = (await takeLock(file, 'file', 'try', undefined)) ?? (await wait());
  if (release === undefined) return holder;
  return {
    [Symbol.asyncDispose]: async () => {
      await rm(file, { force: true });
      await release();
    },
  };
}

type Release = () => Promise<void>;
type Kind = 'file' | 'folder';

async function lock(
  path: string,
  kind: Kind,
  what: string,
  limit: number,
  signal?: AbortSignal,
): Promise<Release> {
  const release =
    (await takeLock(path, kind, 'try', signal)) ??
    (await waitForLock(path, kind, `${what}: another run is at it`, limit, signal));
  return release ?? (async () => {});
}

async function waitForLock(
  path: string,
  kind: Kind,
  name: string,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<Release | undefined> {
  return await activity('wait', name, async (report) => {
    const timeout = AbortSignal.timeout(limit);
    const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
    report.output(await describeHolder(path));
    try {
      return await takeLock(path, kind, 'wait', either);
    } catch (error) {
      if (error !== timeout.reason) throw error;
      throw new WaitTimeout({
        tried: name,
        observed: `timed out after ${limit / 1000} s; last: ${await describeHolder(path)}`,
        hint: `wait until that process ends, or end it: the lock on ${path} ends with it`,
      });
    }
  });
}

/** Exit codes of a holder: another process holds the lock, the folder is missing, the path leads elsewhere by now. */
const HELD = 1;
const MISSING = 74;
const REMOVED = 75;

// The descriptor belongs to the shell, then to cat, independent of inherited ones. A folder opens only for reading. The
// line comes from cat itself: a process that waits sees by its name that it holds the lock.
const HOLD = `
case $3 in
folder) [ -d "$1" ] || exit ${MISSING}; exec ${DESCRIPTOR}<"$1" ;;
file) exec ${DESCRIPTOR}>"$1" ;;
esac
flock $2 ${DESCRIPTOR} || exit $?
[ "$1" -ef /proc/self/fd/${DESCRIPTOR} ] || exit ${REMOVED}
exec ${KEEPER} /dev/fd/8 - 8<<END
held
END
`;

/**
 * Node has no flock. A child holds the lock while its standard input is open: our end of the pipe closes when
 * this process ends. It runs in a separate session, so that a Ctrl-C does not release the lock.
 *
 * @returns undefined if another process holds the lock and `mode` is `try`
 */
async function takeLock(
  path: string,
  kind: Kind,
  mode: 'try' | 'wait',
  signal: AbortSignal | undefined,
): Promise<Release | undefined> {
  signal?.throwIfAborted();
  const args = ['-euc', HOLD, 'sh', path, mode === 'try' ? '-n' : '', kind];
  // Imported only when it is needed: most calls of netns-machine never need it.
  const { execa } = await import('execa');
  const holder = execa('sh', args, {
    reject: false,
    detached: true,
    cleanup: false,
    stdin: 'pipe',
    cwd: '/',
  });
  const ended = holder.then((result) => result);
  const held = new Promise<'held'>((resolve) => holder.stdout.once('data', () => resolve('held')));
  const giveUp = () => killGroup(holder.pid);
  signal?.addEventListener('abort', giveUp);
  const first = await Promise.race([held, ended]);
  signal?.removeEventListener('abort', giveUp);
  if (first === 'held') {
    return async () => {
      holder.stdin.end();
      await ended;
    };
  }
  signal?.throwIfAborted();
  if (first.exitCode === MISSING) return async () => {};
  // The previous holder has deleted the file: our lock is on a file without a name.
  if (first.exitCode === REMOVED) return await takeLock(path, kind, mode, signal);
  if (mode === 'try' && first.exitCode === HELD) return undefined;
  throw new HarnessError({
    code: 'command-failed',
    tried: `lock ${path}`,
    observed: first.stderr.trim() || (first.originalMessage ?? `exit code ${first.exitCode}`),
    hint: 'flock is part of util-linux; this user must be able to write to the folder',
  });
}

/** Kills the holder's process group, which may contain a waiting flock. */
function killGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
