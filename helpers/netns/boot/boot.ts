import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { activity } from '../../process/activity.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { readIfThere } from '../../process/files/read-if-exists.ts';
import { quoteForShell, tail } from '../../process/run-command.ts';
import { done, notYet, waitFor } from '../../process/waits/wait-for.ts';
import {
  type Hierarchy,
  machineCgroup,
  mainHierarchy,
  readHierarchies,
  readProcesses,
} from '../cgroups/cgroup.ts';
import { makeCgroups } from '../cgroups/cgroup-limits.ts';
import type { MachineConfig } from '../state/machine-config.ts';
import { machineNamespace, namespaceFile } from '../state/names.ts';
import { startDetached } from './start-detached.ts';
import { engineLogFile, machineDataFolder, machineFolder, type Store } from '../state/store.ts';
import { writeAtomically } from '../../process/files/write-atomically.ts';

type Env = Readonly<Record<string, string>>;

/** What a machine is booted with. */
export interface BootParts {
  readonly config: MachineConfig;
  /** Environment of the engine, with the programs of its bundle on the PATH. */
  readonly engineEnv: Env;
  /** Environment with ip, nsenter, unshare. */
  readonly env: Env;
  /** Folders of the host that the machine sees, read-only, at the same place: the bundle's, the image cache. */
  readonly visible: readonly string[];
  /** The name server that the machine asks; none when it has no way out. */
  readonly nameServer: string | undefined;
}

/** Makes the folders that a machine writes to. */
export function makeDataFolders(store: Store, name: string): void {
  const dataFolder = machineDataFolder(store, name);
  for (const folder of ['docker', 'etc-docker', 'root']) {
    mkdirSync(join(dataFolder, folder), { recursive: true, mode: 0o700 });
  }
}

/** Starts a machine's PID 1, and with it its engine. Its network namespace is there already. */
export async function bootMachine(store: Store, parts: BootParts): Promise<void> {
  const { config, env } = parts;
  const name = config.Name;
  const { Memory, CPUs } = config.Driver;
  await makeCgroups(store, name, {
    memory: Memory === 0 ? undefined : Memory * 1024 * 1024,
    cpus: CPUs === 0 ? undefined : CPUs,
  });
  const dataFolder = machineDataFolder(store, name);
  await writeEngineFiles(store, config, parts.engineEnv);
  const bootEnv = join(dataFolder, 'boot.env');
  await writeAtomically(bootEnv, bootVariables(store, parts));
  await activity('command', `machine ${name}: boot`, async (report) => {
    const line = ['sh', join(import.meta.dirname, 'boot.sh'), bootEnv] as const;
    report.input(line.join(' '));
    closeSync(openSync(engineLogFile(store, name), 'a', 0o600));
    const child = startDetached(line, {
      log: join(dataFolder, 'machine.log'),
      env: { PATH: env['PATH'] ?? '' },
    });
    let ended = false;
    child.once('exit', () => {
      ended = true;
    });
    await waitFor(
      `machine ${name}: PID 1`,
      async () => {
        // Asked first: what ends in between is seen at the next look.
        const over = ended;
        const pid = findInit(store, name);
        if (pid !== undefined) return done(pid);
        if (!over) return notYet('there is none');
        const log = await readMachineLog(store, name);
        throw new HarnessError({
          code: 'machine-start-failed',
          tried: `machine ${name}: boot`,
          observed: `it has ended, «${tail(log, 1)}»`,
          remedy: 'see what «overlay-e2e doctor» finds missing',
          evidence: log,
        });
      },
      {
        limit: 60_000,
        every: 5,
        fatal: (error) => error instanceof HarnessError,
        evidence: () => readMachineLog(store, name),
      },
    );
  });
}

/** Writes what a machine's engine is started with: its certificates, and its command line. */
export async function writeEngineFiles(
  store: Store,
  config: MachineConfig,
  engineEnv: Env,
): Promise<void> {
  const folder = machineFolder(store, config.Name);
  const dataFolder = machineDataFolder(store, config.Name);
  for (const file of ['ca.pem', 'server.pem', 'server-key.pem']) {
    await copyFile(join(folder, file), join(dataFolder, 'etc-docker', file));
  }
  await writeAtomically(join(dataFolder, 'engine.sh'), engineScript(config, engineEnv));
  await writeAtomically(join(dataFolder, 'profile'), boot2dockerProfile(config));
}

/** The machine's PID 1, by the host's numbering; undefined when the machine does not run. */
export function findInit(store: Store, name: string): number | undefined {
  const hierarchy = mainHierarchy();
  return readProcesses(machineCgroup(hierarchy, store, name)).find(isInit);
}

/** The machine's PID 1; an error when the machine does not run. */
export function requireInit(store: Store, name: string): number {
  const pid = findInit(store, name);
  if (pid !== undefined) return pid;
  throw new HarnessError({
    code: 'machine-not-running',
    tried: `machine ${name}: enter`,
    observed: 'it is not running',
    remedy: 'start it first',
  });
}

/** Whether a running machine has started its engine, and that engine is no more. */
export function hasEngineEnded(store: Store, name: string): boolean {
  const init = findInit(store, name);
  const note = init === undefined ? '' : readIfThere(engineNote(init));
  const [dataFolder, engine] = note.split('\n');
  // Until the machine has a root of its own, the file there is the host's.
  if (dataFolder !== machineDataFolder(store, name) || engine === undefined) return false;
  const inside = new RegExp(`^NSpid:\\t\\d+\\t${engine}$`, 'm');
  return !readProcesses(machineCgroup(mainHierarchy(), store, name)).some((pid) =>
    inside.test(readIfThere(`/proc/${pid}/status`)),
  );
}

/** Has PID 1 of a running machine, whose engine has ended, start it again. */
export function startEngine(store: Store, name: string): void {
  const init = requireInit(store, name);
  rmSync(engineNote(init), { force: true });
  process.kill(init, 'SIGUSR1');
}

function engineNote(init: number): string {
  return `/proc/${init}/root/run/engine`;
}

/** The log of PID 1 and of what made the machine. */
export async function readMachineLog(store: Store, name: string): Promise<string> {
  return tail(
    await readFile(join(machineDataFolder(store, name), 'machine.log'), 'utf8').catch(() => ''),
  );
}

/** The cgroups that a process joins to be in the machine. */
export function cgroupsToJoin(store: Store, name: string): string[] {
  return readHierarchies().map((hierarchy) =>
    leaf(hierarchy, machineCgroup(hierarchy, store, name)),
  );
}

/** A container's first process is PID 1 too, but one namespace further down. */
function isInit(pid: number): boolean {
  return /^NSpid:\t\d+\t1$/m.test(readIfThere(`/proc/${pid}/status`));
}

function leaf(hierarchy: Hierarchy, folder: string): string {
  return hierarchy.version === 1 ? folder : join(folder, 'init');
}

function engineScript(config: MachineConfig, env: Env): string {
  const { EngineOptions } = config.HostOptions;
  const words = [
    '--host=unix:///var/run/docker.sock',
    '--host=tcp://0.0.0.0:2376',
    '--tlsverify',
    '--tlscacert=/etc/docker/ca.pem',
    '--tlscert=/etc/docker/server.pem',
    '--tlskey=/etc/docker/server-key.pem',
    ...(EngineOptions.StorageDriver === ''
      ? []
      : ['--storage-driver', EngineOptions.StorageDriver]),
    ...(EngineOptions.LogLevel === '' ? [] : ['--log-level', EngineOptions.LogLevel]),
    ...EngineOptions.InsecureRegistry.flatMap((one) => ['--insecure-registry', one]),
    ...EngineOptions.RegistryMirror.flatMap((one) => ['--registry-mirror', one]),
    ...['provider=netns', ...EngineOptions.Labels].flatMap((label) => ['--label', label]),
    ...EngineOptions.ArbitraryFlags.map((flag) => `--${flag}`),
  ];
  const variables = { ...env, HOME: '/root', ...Object.fromEntries(EngineOptions.Env.map(split)) };
  const environment = Object.entries(variables).map(([key, value]) => `${key}=${value}`);
  const line = ['env', '-i', ...environment, 'dockerd', ...words].map(quoteForShell).join(' ');
  return `#!/bin/sh\nexec ${line}\n`;
}

/** What boot2docker's init reads. Nothing reads it here; scripts and docker-machine's own tests look for it. */
function boot2dockerProfile({ HostOptions: { EngineOptions } }: MachineConfig): string {
  const folder = '/var/lib/boot2docker';
  const labels = ['provider=netns', ...EngineOptions.Labels].map((label) => `--label ${label}`);
  const flags = EngineOptions.ArbitraryFlags.map((flag) => `--${flag}`);
  const lines = [
    `EXTRA_ARGS=${quoteForShell(`\n${[...labels, ...flags].join('\n')}\n`)}`,
    `CACERT=${folder}/ca.pem`,
    "DOCKER_HOST='-H tcp://0.0.0.0:2376'",
    `DOCKER_STORAGE=${quoteForShell(EngineOptions.StorageDriver || 'overlay2')}`,
    'DOCKER_TLS=auto',
    `SERVERKEY=${folder}/server-key.pem`,
    `SERVERCERT=${folder}/server.pem`,
    ...EngineOptions.Env.map((setting) => `export ${quoteForShell(setting)}`),
  ];
  return `${lines.join('\n')}\n`;
}

function split(setting: string): [string, string] {
  const at = setting.indexOf('=');
  return at < 0 ? [setting, ''] : [setting.slice(0, at), setting.slice(at + 1)];
}

function bootVariables(store: Store, { config, visible, env, nameServer }: BootParts): string {
  const name = config.Name;
  const dataFolder = machineDataFolder(store, name);
  const hierarchies = readHierarchies();
  const cgroups = hierarchies.map((one) => machineCgroup(one, store, name));
  const leaves = hierarchies
    .filter(({ version }) => version === 2)
    .map((one) => leaf(one, machineCgroup(one, store, name)));
  const variables = {
    name,
    data_folder: dataFolder,
    root: join(dataFolder, 'root'),
    here: import.meta.dirname,
    namespace: namespaceFile(machineNamespace(store, name)),
    cgroups: cgroups.join(' '),
    leaves: leaves.join(' '),
    visible: visible.join('\n'),
    mount_cgroups: mountCgroups(hierarchies),
    resolv: nameServer === undefined ? '' : `nameserver ${nameServer}\n`,
    PATH: env['PATH'] ?? '',
  };
  return Object.entries(variables)
    .map(([key, value]) => `${key}=${quoteForShell(value)}\n`)
    .join('');
}

/** Shell lines that mount the machine's part of each hierarchy where the host has the whole of it. */
function mountCgroups(hierarchies: readonly Hierarchy[]): string {
  const lines = hierarchies.map(({ mountPoint, version, options }) => {
    const target = `"$root"${quoteForShell(mountPoint)}`;
    return version === 2
      ? `mkdir -p ${target}; mount -t cgroup2 cgroup2 ${target}`
      : `mkdir -p ${target}; mount -t cgroup -o ${options} cgroup ${target}`;
  });
  const top = hierarchies.some(({ version }) => version === 1)
    ? ['mount -t tmpfs -o mode=0755 cgroup "$root/sys/fs/cgroup"']
    : [];
  return [...top, ...lines].join('\n');
}
