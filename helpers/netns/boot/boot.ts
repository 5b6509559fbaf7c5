import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { activity } from '../../process/activity.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { readIfThere } from '../../process/files/read-if-exists.ts';
import { isInComputer, isRootless } from '../../process/rootless.ts';
import { quoteForShell, shellVariables, tail } from '../../process/run-command.ts';
import { done, notYet, waitFor } from '../../process/waits/wait-for.ts';
import {
  type Hierarchy,
  machineCgroup,
  readHierarchies,
  readMachineProcesses,
} from '../cgroups/cgroup.ts';
import { makeCgroups } from '../cgroups/cgroup-limits.ts';
import type { MachineConfig } from '../state/machine-config.ts';
import { machineNamespace, namespaceFile } from '../state/names.ts';
import { startDetached } from './start-detached.ts';
import { engineLogFile, machineDataFolder, machineFolder, type Store } from '../state/store.ts';
import { writeAtomically } from '../../process/files/write-atomically.ts';

type Env = Readonly<Record<string, string>>;

/** The inputs of {@link bootMachine}. */
export interface BootParts {
  readonly config: MachineConfig;
  /** The environment of the engine, with the programs of its bundle on the PATH. */
  readonly engineEnv: Env;
  /** The environment with the programs `ip`, `nsenter` and `unshare`. */
  readonly env: Env;
  /**
   * Folders of the host that are mounted read-only in the machine, under the same paths: the engine bundle, the image
   * cache.
   */
  readonly visible: readonly string[];
  /** The name server in the machine's `resolv.conf`; undefined if the machine has no egress. */
  readonly nameServer: string | undefined;
}

/** Creates the folders that a machine writes to. */
export function makeDataFolders(store: Store, name: string): void {
  const dataFolder = machineDataFolder(store, name);
  for (const folder of ['docker', 'etc-docker', 'root']) {
    mkdirSync(join(dataFolder, folder), { recursive: true, mode: 0o700 });
  }
}

/** Starts a machine's PID 1, which starts its engine. Requires the machine's network namespace. */
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
        // Read before the search: if PID 1 ends in between, the next poll reports it.
        const over = ended;
        const pid = findInit(store, name);
        if (pid !== undefined) return done(pid);
        if (!over) return notYet('not started');
        const log = await readMachineLog(store, name);
        throw new HarnessError({
          code: 'machine-start-failed',
          tried: `machine ${name}: boot`,
          observed: `ended; last line of its log: "${tail(log, 1)}"`,
          hint: 'run "overlay-e2e doctor" to find missing requirements',
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

/** Writes the files that a machine's engine starts with: its certificates and its command line. */
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

/** Returns the PID, on the host, of a machine's PID 1; undefined if the machine does not run. */
export function findInit(store: Store, name: string): number | undefined {
  return readMachineProcesses(store, name).find(isInit);
}

/** Returns the PID, on the host, of a machine's PID 1. Throws if the machine does not run. */
export function requireInit(store: Store, name: string): number {
  const pid = findInit(store, name);
  if (pid !== undefined) return pid;
  throw new HarnessError({
    code: 'machine-not-running',
    tried: `machine ${name}: enter`,
    observed: 'the machine is not running',
    hint: 'start the machine first',
  });
}

/** Returns true if a running machine has started its engine and that engine has ended. */
export function hasEngineEnded(store: Store, name: string): boolean {
  const init = findInit(store, name);
  const note = init === undefined ? '' : readIfThere(engineNote(init));
  const [dataFolder, engine] = note.split('\n');
  // Until the machine has its own root, this file is the host's.
  if (dataFolder !== machineDataFolder(store, name) || engine === undefined) return false;
  const inside = new RegExp(`^NSpid:\\t\\d+\\t${engine}$`, 'm');
  return !readMachineProcesses(store, name).some((pid) =>
    inside.test(readIfThere(`/proc/${pid}/status`)),
  );
}

/** Tells PID 1 of a running machine to start its engine again, after the engine has ended. */
export function startEngine(store: Store, name: string): void {
  const init = requireInit(store, name);
  rmSync(engineNote(init), { force: true });
  process.kill(init, 'SIGUSR1');
}

function engineNote(init: number): string {
  return `/proc/${init}/root/run/engine`;
}

/** Returns the end of the log of PID 1 and of the commands that created the machine. */
export async function readMachineLog(store: Store, name: string): Promise<string> {
  return tail(
    await readFile(join(machineDataFolder(store, name), 'machine.log'), 'utf8').catch(() => ''),
  );
}

/** Returns the cgroups that a process joins to become part of the machine. */
export function cgroupsToJoin(store: Store, name: string): string[] {
  return readHierarchies().map((hierarchy) =>
    leaf(hierarchy, machineCgroup(hierarchy, store, name)),
  );
}

/** Returns true for a machine's PID 1. A container's first process is a PID 1 too, but in a nested PID namespace. */
function isInit(pid: number): boolean {
  // Without root, the PID namespace of a machine is nested in the keeper's.
  const init = isRootless() ? /^NSpid:\t\d+\t\d+\t1$/m : /^NSpid:\t\d+\t1$/m;
  return init.test(readIfThere(`/proc/${pid}/status`));
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
    ...[`provider=${config.DriverName}`, ...EngineOptions.Labels].flatMap((label) => [
      '--label',
      label,
    ]),
    ...EngineOptions.ArbitraryFlags.map((flag) => `--${flag}`),
  ];
  const variables = { ...env, HOME: '/root', ...Object.fromEntries(EngineOptions.Env.map(split)) };
  const environment = Object.entries(variables).map(([key, value]) => `${key}=${value}`);
  const inside = ['env', '-i', ...environment].map(quoteForShell).join(' ');
  const line = `${inside} ${['dockerd', ...words].map(quoteForShell).join(' ')}`;
  const isSlow = config.DriverName === 'uml' || isInComputer();
  const before = isSlow ? containerdFirst(inside) : '';
  return `#!/bin/sh\n${before}exec ${line}\n`;
}

/**
 * Starts containerd and waits for it, where dockerd looks for it. A containerd that dockerd starts has 15 s, which is too
 * little for a slow kernel. It ends with its parent, which dockerd becomes. Without it, dockerd starts its own.
 *
 * @param inside a prefix of commands that sets the environment of the engine
 */
function containerdFirst(inside: string): string {
  return `mkdir -p /run/containerd
rm -f /run/containerd/containerd.sock
cat >/run/containerd/first.toml <<END
version = 2
root = "/var/lib/docker/containerd/daemon"
state = "/var/run/docker/containerd/daemon"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
END
setsid setpriv --pdeathsig KILL ${inside} containerd --config /run/containerd/first.toml &
until [ -S /run/containerd/containerd.sock ]; do
  kill -0 $! 2>/dev/null || break
  sleep 0.1
done
`;
}

/**
 * The file that boot2docker's init reads. The machine ignores it, but scripts and docker-machine's own tests read it.
 */
function boot2dockerProfile({ DriverName, HostOptions }: MachineConfig): string {
  const { EngineOptions } = HostOptions;
  const folder = '/var/lib/boot2docker';
  const labels = [`provider=${DriverName}`, ...EngineOptions.Labels].map(
    (label) => `--label ${label}`,
  );
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
  return shellVariables(variables);
}

/** Shell lines that mount the machine's part of each hierarchy at the host's mount point of that hierarchy. */
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
