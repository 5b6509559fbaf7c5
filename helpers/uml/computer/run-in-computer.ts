import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { constants, homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cacheFolder } from '../../debian/cache/cache.ts';
import { openStore } from '../../netns/state/store.ts';
import { wholeEnvironment } from '../../process/environment.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { withLock } from '../../process/files/file-lock.ts';
import { readIfThere } from '../../process/files/read-if-exists.ts';
import { isRunning } from '../../process/is-running.ts';
import { readStartTime } from '../../process/process-start-time.ts';
import { COMPUTER_FOLDER } from '../../process/rootless.ts';
import { commandLine, quoteForShell, tail } from '../../process/run-command.ts';
import { done, notYet, waitFor } from '../../process/waits/wait-for.ts';
import {
  computerFolder,
  endComputer,
  findComputer,
  remindComputer,
  sendToComputer,
  startComputer,
} from './computer.ts';

/** The temporary folder of commands, on the computer's disk. */
const TEMPORARY = join(COMPUTER_FOLDER, 'disk/tmp');

/**
 * Runs a command as root of the virtual computer, and returns its exit code. The first command starts the computer, which
 * stays as long as it has a machine or runs a command.
 */
export async function runInComputer(argv: readonly string[]): Promise<number> {
  const id = randomUUID();
  const store = openStore().folder;
  const computer = await underLock(async () => {
    const found = findComputer() ?? (await startComputer());
    await endForgotten();
    await register(id, scriptOf(argv, store));
    return found;
  });
  const stopForwarding = forwardSignals(id);
  try {
    await sendToComputer(`run ${id}`);
    return await follow(id, computer);
  } finally {
    stopForwarding();
    await underLock(async () => {
      await forget(id);
      if (isRunning(computer) && !(await isUsed())) await endComputer(computer);
      // The folder is where the computer's own one was mounted.
      if (!isRunning(computer)) await rmdir(store).catch(() => undefined);
    });
  }
}

async function underLock<T>(run: () => Promise<T>): Promise<T> {
  const lock = join(cacheFolder(), 'locks', 'computer');
  return await withLock(lock, 'virtual computer of this user', run);
}

function commandFolder(id: string): string {
  return join(computerFolder(), 'commands', id);
}

function reply(id: string, kind: string): string {
  return join(computerFolder(), 'replies', `${id}.${kind}`);
}

/** Writes a command's files. They name this process, so that others find out when the command has no reader any more. */
async function register(id: string, script: string): Promise<void> {
  const folder = commandFolder(id);
  await mkdir(folder, { mode: 0o700 });
  const runner = `${process.pid} ${(await readStartTime(process.pid)) ?? ''}`;
  await writeFile(join(folder, 'runner'), runner, { mode: 0o600 });
  await writeFile(join(folder, 'script'), script, { mode: 0o600 });
}

async function forget(id: string): Promise<void> {
  for (const kind of ['output', 'errors', 'code', 'new', 'used']) {
    await rm(reply(id, kind), { force: true });
  }
  await rm(commandFolder(id), { recursive: true, force: true });
}

/** Ends the commands of processes that were killed. */
async function endForgotten(): Promise<void> {
  for (const id of await readdir(join(computerFolder(), 'commands'))) {
    const [pid = '', start = ''] = readIfThere(join(commandFolder(id), 'runner')).split(' ');
    if (pid !== '' && (await readStartTime(Number(pid))) === start) continue;
    await sendToComputer(`signal ${id} KILL`);
    await forget(id);
  }
}

/** Returns true if the computer has machines, or runs a command. */
async function isUsed(): Promise<boolean> {
  if ((await readdir(join(computerFolder(), 'commands'))).length > 0) return true;
  const id = randomUUID();
  await sendToComputer(`used ${id}`);
  const remind = remindComputer();
  try {
    return await waitFor(
      'virtual computer: answers',
      async () => {
        if (!existsSync(reply(id, 'used'))) {
          await remind();
          return notYet('no answer');
        }
        // Every switch and every machine has a name there.
        return done(readIfThere(reply(id, 'used')).trim() !== '');
      },
      { limit: 60_000, every: 20 },
    );
  } finally {
    await forget(id);
  }
}

/** Writes a script of the computer that runs a command in this folder and with this environment. */
function scriptOf(argv: readonly string[], store: string): string {
  const { E2E_PROVIDER: provider, OVERLAY_E2E_TMPDIR: temporary, ...rest } = wholeEnvironment();
  const environment = {
    ...rest,
    HOME: homedir(),
    TMPDIR: TEMPORARY,
    ...(temporary === undefined ? {} : { OVERLAY_E2E_TMPDIR: TEMPORARY }),
    // Its machines share its kernel, as those of root share the host's.
    ...(provider === undefined ? {} : { E2E_PROVIDER: provider === 'uml' ? 'netns' : provider }),
  };
  const settings = Object.entries(environment).map(([key, value]) => `${key}=${value}`);
  const own = join(
    COMPUTER_FOLDER,
    'disk/stores',
    createHash('sha256').update(store).digest('hex'),
  );
  const [from, to] = [own, store].map(quoteForShell);
  return [
    `mkdir -p -m 0700 ${from} ${to} || exit`,
    `[ ${from} -ef ${to} ] || mount --bind ${from} ${to} || exit`,
    `cd ${quoteForShell(process.cwd())} || exit`,
    `exec ${commandLine('env', ['-i', ...settings, ...argv])}`,
    '',
  ].join('\n');
}

/** Copies a command's output to this process's until the command has ended, and returns its exit code. */
async function follow(id: string, computer: number): Promise<number> {
  const copies = [
    { file: reply(id, 'output'), to: process.stdout, at: 0 },
    { file: reply(id, 'errors'), to: process.stderr, at: 0 },
  ];
  const remind = remindComputer();
  for (;;) {
    const isLive = isRunning(computer);
    const isOver = existsSync(reply(id, 'code'));
    for (const copy of copies) {
      const chunk = await readFrom(copy.file, copy.at);
      copy.at += chunk.length;
      if (chunk.length > 0) copy.to.write(chunk);
    }
    if (isOver) return Number(await readFile(reply(id, 'code'), 'utf8'));
    if (!isLive) throw ended();
    // Its output exists as soon as it has begun.
    if (!existsSync(reply(id, 'output'))) await remind();
    await delay(50);
  }
}

function ended(): HarnessError {
  const log = tail(readIfThere(join(computerFolder(), 'console.log')).replaceAll('\r', ''), 60);
  return new HarnessError({
    code: 'machine-unreachable',
    tried: 'command in the virtual computer',
    observed: 'the computer has ended',
    evidence: log,
  });
}

async function readFrom(file: string, at: number): Promise<Buffer> {
  try {
    await using handle = await open(file);
    const { size } = await handle.stat();
    if (size <= at) return Buffer.alloc(0);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - at), 0, size - at, at);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

function forwardSignals(id: string): () => void {
  const handlers = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((name) => {
    const handler = (): void => void sendToComputer(`signal ${id} ${constants.signals[name]}`);
    process.on(name, handler);
    return () => process.off(name, handler);
  });
  return () => handlers.forEach((stop) => stop());
}
