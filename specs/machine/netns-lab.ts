import { mkdtemp, rm } from 'node:fs/promises';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createNetnsProvider, type NetnsProvider } from '../../helpers/machine/netns/provider.ts';
import { cacheFolder } from '../../helpers/debian/cache/cache.ts';
import { readHierarchies, storeCgroup } from '../../helpers/netns/cgroups/cgroup.ts';
import { namespaceFolder, namespacePrefix } from '../../helpers/netns/state/names.ts';
import { prepareTools } from '../../helpers/debian/tools.ts';
import { type CommandResult, runCommand } from '../../helpers/process/run-command.ts';
import { guardStore } from './store-guard.ts';

const netnsMachine = resolve(import.meta.dirname, '../../helpers/cli/netns-machine.sh');

/** A separate state directory of the built-in provider, for one spec file. */
export interface NetnsLab {
  readonly provider: NetnsProvider;
  /** The state directory, which the provider creates. */
  readonly folder: string;
  /** Runs a bash script in which `netns-machine` uses this state directory, optionally in new namespaces. */
  script(text: string, options?: { unshare?: readonly string[] }): Promise<CommandResult>;
  /** Runs a shell script on the host, with the programs of the provider; all exit codes are expected. */
  onHost(text: string): Promise<CommandResult>;
  /** Runs a shell script in a machine; all exit codes are expected. */
  inside(machine: string, text: string): Promise<CommandResult>;
  /** Returns the remains of the state directory, in the kernel and on disk; empty after a failed creation. */
  remains(): string[];
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Runs the set-up of a fixture in a lab. Vitest cleans up nothing if the set-up of a fixture fails, so this removes the
 * lab and its machines. Parallel work of the set-up must have ended before it fails.
 */
export async function setUpIn<T>(lab: NetnsLab, setUp: () => Promise<T>): Promise<T> {
  try {
    return await setUp();
  } catch (error) {
    await lab[Symbol.asyncDispose]();
    throw error;
  }
}

/** @param under the parent folder of the state directory. Default: a new temporary folder. */
export async function openNetnsLab(under?: string): Promise<NetnsLab> {
  const scratch = under ?? (await mkdtemp(join(tmpdir(), 'netns-')));
  const folder = join(scratch, 'store');
  guardStore(under === undefined ? scratch : folder, folder);
  const provider = createNetnsProvider({ store: folder });
  const { HOME = '/root', PATH = '' } = process.env;
  const env = {
    HOME,
    PATH,
    MACHINE_STORAGE_PATH: folder,
    XDG_CACHE_HOME: resolve(cacheFolder(), '..'),
    NETNS_MACHINE: netnsMachine,
  };
  return {
    provider,
    folder,
    script: async (text, { unshare = [] } = {}) => {
      const whole = `netns-machine() { "$NETNS_MACHINE" "$@"; }\n${text}`;
      const words = unshare.length === 0 ? [] : ['unshare', ...unshare];
      const [file, ...args] = [...words, 'bash', '-euc', whole];
      return await runCommand(file, args, { env, expect: 'any', title: text });
    },
    onHost: async (text) => {
      const tools = await prepareTools();
      return await runCommand('sh', ['-euc', text], {
        env: tools.env,
        expect: 'any',
        title: text,
      });
    },
    inside: async (machine, text) =>
      await provider.run(machine, ['sh', '-c', text], { expect: 'any' }),
    remains: () => listRemains(provider),
    [Symbol.asyncDispose]: async () => {
      await provider.remove((await provider.list()).map(({ name }) => name));
      await provider.cleanUp();
      if (under === undefined) await rm(scratch, { recursive: true, force: true });
    },
  };
}

function listRemains({ stateDirectory: store }: NetnsProvider): string[] {
  const namespaces = list(namespaceFolder).filter((name) =>
    name.startsWith(namespacePrefix(store)),
  );
  const cgroups = readHierarchies()
    .map((hierarchy) => storeCgroup(hierarchy, store))
    .filter((folder) => existsSync(folder));
  return [...namespaces, ...cgroups, ...list(join(store.folder, 'machines'))];
}

function list(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
