import { existsSync, readFileSync } from 'node:fs';
import { chmod, copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cgroupsToJoin } from '../../netns/boot/boot.ts';
import { startDetached } from '../../netns/boot/start-detached.ts';
import { makeCgroups } from '../../netns/cgroups/cgroup-limits.ts';
import { egressAddress, nameServerAddress } from '../../netns/network/machine-addresses.ts';
import type { MachineConfig } from '../../netns/state/machine-config.ts';
import { machineNamespace, namespaceFile } from '../../netns/state/names.ts';
import { machineDataFolder, type Store } from '../../netns/state/store.ts';
import { activity } from '../../process/activity.ts';
import { type AddressRange, parseAddress } from '../../process/address-range.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { writeAtomically } from '../../process/files/write-atomically.ts';
import { isRootless, ROOTLESS_PIDS } from '../../process/rootless.ts';
import { shellVariables, tail } from '../../process/run-command.ts';
import { done, notYet, waitFor } from '../../process/waits/wait-for.ts';
import { chooseProcessor } from './choose-processor.ts';
import { lastWords } from './last-words.ts';

type Env = Readonly<Record<string, string>>;

/** MiB of a machine without a memory setting: an engine with MariaDB and Tomcat fits. */
const DEFAULT_MEMORY = 768;

/** The input of a machine's boot. */
export interface GuestParts {
  readonly config: MachineConfig;
  /** The address range of the machines' network. */
  readonly range: AddressRange;
  /** Folder of {@link prepareGuestRoot}. */
  readonly root: string;
  /** Environment with ip, nsenter, unshare, taskset. */
  readonly env: Env;
  /** Folders of the host that the machine sees, read-only, under the same path. */
  readonly visible: readonly string[];
  /** True if its engine starts with it. */
  readonly withEngine: boolean;
}

/** Boots a machine's kernel. The machine takes commands when this returns. Its network namespace exists already. */
export async function bootGuest(
  store: Store,
  parts: GuestParts,
  signal?: AbortSignal,
): Promise<void> {
  const { config, env } = parts;
  const name = config.Name;
  const dataFolder = machineDataFolder(store, name);
  // The kernel's own limit is for memory: it takes no more than that from the host.
  await makeCgroups(store, name, { cpus: config.Driver.CPUs || undefined });
  await copyScripts(dataFolder);
  await mkdir(join(dataFolder, 'root'), { recursive: true });
  const bootEnv = join(dataFolder, 'boot.env');
  await writeAtomically(bootEnv, bootVariables(store, parts));
  await rm(readyFile(store, name), { force: true });
  await activity('command', `machine ${name}: boot its kernel`, async (report) => {
    const line = ['sh', join(import.meta.dirname, 'boot.sh'), bootEnv] as const;
    report.input(line.join(' '));
    const child = startDetached(line, {
      log: join(dataFolder, 'machine.log'),
      env: { PATH: env['PATH'] ?? '' },
    });
    let ended = false;
    child.once('exit', () => {
      ended = true;
    });
    await waitFor(
      `machine ${name}: takes commands`,
      async () => {
        const over = ended;
        if (existsSync(readyFile(store, name))) return done(undefined);
        if (!over) return notYet('it boots');
        const log = await readConsole(store, name);
        throw new HarnessError({
          code: 'machine-start-failed',
          tried: `machine ${name}: boot its kernel`,
          observed: `it has ended, "${lastWords(log)}"`,
          hint: 'see what "overlay-e2e doctor" finds missing',
          evidence: log,
        });
      },
      {
        limit: 120_000,
        every: 20,
        signal,
        fatal: (error) => error instanceof HarnessError,
        evidence: () => readConsole(store, name),
      },
    );
  });
}

/** The last lines that a machine's kernel and first process printed. */
export async function readConsole(store: Store, name: string): Promise<string> {
  const file = join(machineDataFolder(store, name), 'machine.log');
  return tail((await readFile(file, 'utf8').catch(() => '')).replaceAll('\r', ''), 60);
}

/** Last lines of a machine's engine that has ended; undefined while it runs, or was not started. */
export function readEngineEnd(store: Store, name: string): { log: string } | undefined {
  const dataFolder = machineDataFolder(store, name);
  if (!existsSync(join(dataFolder, 'replies/engine-ended'))) return undefined;
  try {
    return { log: readFileSync(join(dataFolder, 'replies/docker.log'), 'utf8') };
  } catch {
    return { log: '' };
  }
}

/** The file that a machine writes as soon as it takes commands. */
function readyFile(store: Store, name: string): string {
  return join(machineDataFolder(store, name), 'replies/ready');
}

/** The machine sees nothing of this program's own folder. */
async function copyScripts(dataFolder: string): Promise<void> {
  const here = import.meta.dirname;
  const scripts = [
    join(here, 'supervise.sh'),
    join(here, 'init.sh'),
    join(here, '../commands/commands.sh'),
    join(here, '../commands/follow.pl'),
    join(here, '../../netns/boot/service.sh'),
    join(here, '../../netns/boot/sudo.sh'),
  ];
  await Promise.all(
    scripts.map(async (script) => {
      const copy = join(dataFolder, basename(script));
      await copyFile(script, copy);
      await chmod(copy, 0o755);
    }),
  );
}

function bootVariables(store: Store, parts: GuestParts): string {
  const { config, range, root, env, visible, withEngine } = parts;
  const { IPAddress, MACAddress, Memory, Egress } = config.Driver;
  const dataFolder = machineDataFolder(store, config.Name);
  const variables = {
    name: config.Name,
    here: import.meta.dirname,
    data_folder: dataFolder,
    root: join(dataFolder, 'root'),
    guest_root: root,
    namespace: namespaceFile(machineNamespace(store, config.Name)),
    join_pids: isRootless() ? `--pid=${ROOTLESS_PIDS}` : '',
    cgroups: cgroupsToJoin(store, config.Name).join(' '),
    visible: visible.join('\n'),
    memory: `${Memory || DEFAULT_MEMORY}`,
    processor: `${chooseProcessor(parseAddress(IPAddress) ?? 0)}`,
    mac: MACAddress,
    address: `${IPAddress}/${range.prefix}`,
    gateway: Egress ? egressAddress(range) : '',
    name_server: Egress ? nameServerAddress(range) : '',
    start: withEngine ? 'engine' : 'nothing',
    host_path: env['PATH'] ?? '',
  };
  return shellVariables(variables);
}
