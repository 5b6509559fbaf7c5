import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { cacheFolder } from '../../helpers/debian/cache/cache.ts';
import { type CommandResult, runCommand } from '../../helpers/process/run-command.ts';
import { omitUndefined } from '../../helpers/process/omit-undefined.ts';
import { guardStore } from '../machine/store-guard.ts';

const command = resolve(import.meta.dirname, '../../helpers/cli/netns-machine.sh');

/** A separate home folder in which `docker-machine` is netns-machine. */
export interface Lab {
  readonly home: string;
  /** The state directory, at docker-machine's default path below the home folder, as in the recordings. */
  readonly store: string;
  /** The working directory of commands. */
  readonly work: string;
  run(line: string, input?: string): Promise<CommandResult>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** @param more additional environment variables of commands */
export async function openLab(more: Readonly<Record<string, string>> = {}): Promise<Lab> {
  const home = await mkdtemp(join(tmpdir(), 'netns-machine-'));
  const bin = join(home, 'bin');
  const work = join(home, 'scratch/work');
  const store = join(home, '.docker/machine');
  guardStore(home, store);
  await mkdir(bin);
  await mkdir(work, { recursive: true });
  for (const name of ['docker-machine', 'netns-machine']) await symlink(command, join(bin, name));
  // All homes share the user's cache.
  const cache = resolve(cacheFolder(), '..');
  const env = {
    HOME: home,
    MACHINE_STORAGE_PATH: store,
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    SHELL: '/bin/bash',
    XDG_CACHE_HOME: cache,
    ...more,
  };
  const run = async (line: string, input?: string) =>
    await runCommand('bash', ['-c', `cd ${work}; ${line}`], {
      env,
      expect: 'any',
      title: line,
      ...omitUndefined({ input }),
    });
  return {
    home,
    store,
    work,
    run,
    async [Symbol.asyncDispose]() {
      const names = (await run('ls $MACHINE_STORAGE_PATH/machines')).stdout.trim().split('\n');
      if (names[0] !== '') await run(`docker-machine rm -f ${names.join(' ')}`);
      await rm(home, { recursive: true, force: true });
    },
  };
}
