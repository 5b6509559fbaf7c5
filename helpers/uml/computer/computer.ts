import { existsSync, readlinkSync, statSync } from 'node:fs';
import { chmod, copyFile, mkdir, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../../debian/cache/cache.ts';
import { prepareTool } from '../../debian/tools.ts';
import { startDetached } from '../../netns/boot/start-detached.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { readIfThere } from '../../process/files/read-if-exists.ts';
import { makePrivateFolder, writeAtomically } from '../../process/files/write-atomically.ts';
import { isRunning } from '../../process/is-running.ts';
import { quoteForShell, runCommand, shellVariables, tail } from '../../process/run-command.ts';
import { done, notYet, waitFor } from '../../process/waits/wait-for.ts';
import { chooseProcessor } from '../boot/choose-processor.ts';
import { lastWords } from '../boot/last-words.ts';
import { prepareGuestRoot } from '../root/guest-root.ts';
import { MEMORY, memoryFolder } from './memory-folder.ts';
import { prepareNetworkProgram } from './parts.ts';

/** Bytes. The file is sparse: it takes the space that the computer writes to. */
const DISK = 64 * 2 ** 30;

/**
 * A virtual computer: one kernel of User-mode Linux as a process of this user, who is root in it. Its files are those of
 * the host; its cache and its state directories are on its own disk. It has one for each cache.
 */
export function computerFolder(): string {
  return join(cacheFolder(), 'rootless', 'computer');
}

/** Returns the PID of the running computer, if any. */
export function findComputer(): number | undefined {
  const folder = join(computerFolder(), 'uml');
  // The kernel writes it. Its processes inside have the same command line.
  const pid = Number(readIfThere(join(folder, 'guest/pid')));
  const [file = '', ...words] = readIfThere(`/proc/${pid}/cmdline`).split('\0');
  // The file stays after a kill, and a command line says nothing by itself: only a process of this user counts.
  const isKernel = file.endsWith('/usr/bin/linux.uml') && words.includes(`uml_dir=${folder}`);
  return isKernel && isOwn(pid) ? pid : undefined;
}

/** Starts the computer. It outlives this process, and takes commands when this returns. */
export async function startComputer(): Promise<number> {
  const folder = computerFolder();
  requireShortWords(folder);
  const [root, network, { file: taskset }, { env }] = await Promise.all([
    prepareGuestRoot(),
    prepareNetworkProgram(),
    prepareTool('taskset', 'util-linux'),
    prepareTool('mke2fs', 'e2fsprogs'),
  ]);
  await makePrivateFolder(folder);
  for (const name of ['uml', 'replies', 'commands', 'control']) {
    await rm(join(folder, name), { recursive: true, force: true });
  }
  for (const name of ['uml', 'replies', 'commands'])
    await mkdir(join(folder, name), { mode: 0o700 });
  await makeDisk(join(folder, 'disk.ext4'));
  const init = join(folder, 'init.sh');
  await copyFile(join(import.meta.dirname, 'init.sh'), init);
  await chmod(init, 0o700);
  const variables = { guest_root: root, hostname: hostname(), cache: cacheFolder() };
  await writeAtomically(join(folder, 'boot.env'), shellVariables(variables));
  const log = join(folder, 'console.log');
  await writeFile(log, '', { mode: 0o600 });
  const words = [
    `${quoteForShell(taskset)} -c ${chooseProcessor(process.pid)}`,
    join(root, 'usr/bin/linux.uml'),
    'noreboot',
    'umid=guest',
    `uml_dir=${join(folder, 'uml')}`,
    `mem=${MEMORY}M`,
    'root=/dev/root rootfstype=hostfs rootflags=/ rw',
    `init=${init}`,
    'con=null con0=null,fd:1 ssl=null ssl0=fd:4,fd:3',
    `ubda=${join(folder, 'disk.ext4')}`,
    'vec0:transport=vde,vnl=slirp:///v4/disable_host_loopback,depth=64',
    `computer=${folder}`,
  ];
  const control = quoteForShell(join(folder, 'control'));
  const script = `mkfifo -m 0600 ${control}; exec ${words.join(' ')} 3>/dev/null 4<>${control}`;
  const child = startDetached(['sh', '-euc', script], {
    log,
    env: { PATH: `${network}:${env['PATH'] ?? ''}`, TMPDIR: await memoryFolder(folder) },
  });
  let ended = false;
  child.once('exit', () => {
    ended = true;
  });
  return await waitFor(
    'virtual computer: takes commands',
    async () => {
      const over = ended;
      const pid = findComputer();
      if (pid !== undefined && existsSync(join(folder, 'replies/ready'))) return done(pid);
      if (!over) return notYet('it boots');
      const text = readIfThere(log).replaceAll('\r', '');
      throw new HarnessError({
        code: 'machine-start-failed',
        tried: 'virtual computer: boot its kernel',
        observed: `it has ended, "${lastWords(text)}"`,
        evidence: tail(text, 60),
      });
    },
    {
      limit: 120_000,
      every: 20,
      fatal: (error) => error instanceof HarnessError,
      evidence: async () => tail(readIfThere(log).replaceAll('\r', ''), 60),
    },
  );
}

/** Shuts the computer down. A computer that does not end is killed: its disk has a journal. */
export async function endComputer(computer: number): Promise<void> {
  await sendToComputer('off');
  const remind = remindComputer();
  const isOver = async () => {
    if (!isRunning(computer)) return done(undefined);
    await remind();
    return notYet(`process ${computer} runs`);
  };
  const name = 'end of the virtual computer';
  try {
    await waitFor(name, isOver, { limit: 60_000, every: 20 });
  } catch {
    process.kill(computer, 'SIGKILL');
    await waitFor(name, isOver, { limit: 60_000, every: 20 });
  }
}

/** Writes one line for the first process of the computer. */
export async function sendToComputer(line: string): Promise<void> {
  await writeFile(join(computerFolder(), 'control'), `${line}\n`, { flag: 'r+' });
}

/**
 * Returns a function to call while an answer to a line is missing: it sends an empty line every other second. At times, the
 * kernel misses that a line has arrived. With the next one, it reads all.
 */
export function remindComputer(): () => Promise<void> {
  const every = 2000;
  let next = performance.now() + every;
  return async () => {
    if (performance.now() < next) return;
    next = performance.now() + every;
    await sendToComputer('');
  };
}

async function makeDisk(disk: string): Promise<void> {
  if (existsSync(disk)) return;
  const { file, env } = await prepareTool('mke2fs', 'e2fsprogs');
  const begun = `${disk}.new`;
  await writeFile(begun, '', { mode: 0o600 });
  await truncate(begun, DISK);
  const features = ['-J', 'size=16', '-E', 'lazy_itable_init=1,lazy_journal_init=1,nodiscard'];
  const words = ['-q', '-F', '-t', 'ext4', '-m', '0', ...features, begun];
  await runCommand(file, words, { title: 'virtual computer: make its disk', env });
  await rename(begun, disk);
}

/** The command line of the kernel has no way to quote a word. */
function requireShortWords(folder: string): void {
  if (/^[\w./@+:-]+$/.test(folder)) return;
  throw new HarnessError({
    code: 'folder-unsuitable',
    tried: 'virtual computer',
    observed: `its folder ${folder} has a character in its name that a kernel's command line cannot have`,
    hint: 'set XDG_CACHE_HOME to a folder with a simple name',
  });
}

function isOwn(pid: number): boolean {
  try {
    return (
      statSync(`/proc/${pid}`).uid === process.geteuid?.() &&
      readlinkSync(`/proc/${pid}/exe`) !== ''
    );
  } catch {
    return false;
  }
}
