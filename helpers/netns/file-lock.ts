import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { activity } from '../process/activity.ts';
import { HarnessError } from '../process/harness-error.ts';

/**
 * Runs `run` while this process alone holds the lock on `file`, which is there for so long. The lock is the kernel's: it
 * goes with its process, so that a run killed in the middle never blocks the next one.
 *
 * @param what who holds it, for the line that a waiting run shows
 */
export async function withLock<T>(file: string, what: string, run: () => Promise<T>): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  const release = (await takeLock(file, 'try')) ?? (await waitForLock(file, what));
  try {
    return await run();
  } finally {
    await release();
  }
}

type Release = () => Promise<void>;

async function waitForLock(file: string, what: string): Promise<Release> {
  return await activity('wait', `${what}: another run is at it`, async () => {
    const release = await takeLock(file, 'wait');
    if (release !== undefined) return release;
    throw new HarnessError({ tried: `lock ${file}`, observed: 'flock gave up waiting' });
  });
}

/** The exit code of a holder whose file was removed meanwhile. */
const REMOVED = 75;

// The descriptor is the shell's own, then cat's: whichever others were inherited.
const HOLD = `
exec 9>"$1"
flock $2 9 || exit $?
[ "$1" -ef /proc/self/fd/9 ] || exit ${REMOVED}
echo held
exec cat`;

/**
 * Node has no flock. A child holds the lock for us, for as long as its standard input is open: our end closes with
 * this process, however that ends. In a session of its own, so that a Ctrl-C does not take the lock from under us.
 */
async function takeLock(file: string, mode: 'try' | 'wait'): Promise<Release | undefined> {
  const args = ['-euc', HOLD, 'sh', file, mode === 'try' ? '-n' : ''];
  // Not before it is needed: most calls of netns-machine need it never, and would wait for it.
  const { execa } = await import('execa');
  const holder = execa('sh', args, {
    reject: false,
    detached: true,
    cleanup: false,
    stdin: 'pipe',
  });
  const ended = holder.then((result) => result);
  const held = new Promise<'held'>((resolve) => holder.stdout.once('data', () => resolve('held')));
  const first = await Promise.race([held, ended]);
  if (first === 'held') {
    return async () => {
      await rm(file, { force: true });
      holder.stdin.end();
      await ended;
    };
  }
  // Whoever held it before has removed the file: what we have locked is one that nobody else will find.
  if (first.exitCode === REMOVED) return await takeLock(file, mode);
  if (mode === 'try' && first.exitCode === 1) return undefined;
  throw new HarnessError({
    tried: `lock ${file}`,
    observed: first.stderr.trim() || (first.originalMessage ?? `exit code ${first.exitCode}`),
    remedy: 'flock is part of util-linux; the folder must be one that this user can write',
  });
}
