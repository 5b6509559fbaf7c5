import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { activity } from '../activity.ts';
import { HarnessError } from '../errors/harness-error.ts';

/**
 * Runs `run` while this process alone holds the lock on `file`, which exists for so long. The lock is the kernel's: it
 * goes with its process, so that a run killed in the middle never blocks the next one.
 *
 * @param what the holder's work, for the line that a waiting run shows
 */
export async function withLock<T>(file: string, what: string, run: () => Promise<T>): Promise<T> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const release = await lock(file, 'file', what);
  try {
    return await run();
  } finally {
    await rm(file, { force: true });
    await release();
  }
}

/**
 * The same with a lock on a folder, which is not written to: it works on a full disk, and for nobody but those who may
 * read the folder. Of a missing folder there is no lock.
 */
export async function withFolderLock<T>(
  folder: string,
  what: string,
  run: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const release = await lock(folder, 'folder', what, signal);
  try {
    return await run();
  } finally {
    await release();
  }
}

type Release = () => Promise<void>;
type Kind = 'file' | 'folder';

async function lock(
  path: string,
  kind: Kind,
  what: string,
  signal?: AbortSignal,
): Promise<Release> {
  const release =
    (await takeLock(path, kind, 'try', signal)) ??
    (await activity('wait', `${what}: another run is at it`, () =>
      takeLock(path, kind, 'wait', signal),
    ));
  return release ?? (async () => {});
}

/** The exit codes of a holder: another one has it, there is no such folder, the path leads elsewhere by now. */
const HELD = 1;
const MISSING = 74;
const REMOVED = 75;

// The descriptor is the shell's own, then cat's: whichever others were inherited. A folder can be opened only for reading.
const HOLD = `
case $3 in
folder) [ -d "$1" ] || exit ${MISSING}; exec 9<"$1" ;;
file) exec 9>"$1" ;;
esac
flock $2 9 || exit $?
[ "$1" -ef /proc/self/fd/9 ] || exit ${REMOVED}
echo held
exec cat`;

/**
 * Node has no flock. A child holds the lock for us, for as long as its standard input is open: our end closes with
 * this process, however that ends. In a session of its own, so that a Ctrl-C does not take the lock from under us.
 *
 * @returns undefined where another process holds it, and this one is not to wait
 */
async function takeLock(
  path: string,
  kind: Kind,
  mode: 'try' | 'wait',
  signal: AbortSignal | undefined,
): Promise<Release | undefined> {
  signal?.throwIfAborted();
  const args = ['-euc', HOLD, 'sh', path, mode === 'try' ? '-n' : '', kind];
  // Not before it is needed: most calls of netns-machine need it never, and would wait for it.
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
  // The holder before has removed it: what we have locked is one that nobody else will find.
  if (first.exitCode === REMOVED) return await takeLock(path, kind, mode, signal);
  if (mode === 'try' && first.exitCode === HELD) return undefined;
  throw new HarnessError({
    tried: `lock ${path}`,
    observed: first.stderr.trim() || (first.originalMessage ?? `exit code ${first.exitCode}`),
    remedy: 'flock is part of util-linux; the folder must be one that this user can write',
  });
}

/** The holder leads a process group, in which its flock may be waiting. */
function killGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
