import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AddressRange } from '../../process/address-range.ts';
import { nameServerAddress } from '../../netns/network/machine-addresses.ts';
import {
  bootMachine,
  findInit,
  hasEngineEnded,
  makeDataFolders,
  startEngine,
  writeEngineFiles,
} from '../../netns/boot/boot.ts';
import { cacheFolder, explainDamage } from '../../debian/cache/cache.ts';
import { mainHierarchy } from '../../netns/cgroups/cgroup.ts';
import { makeMachineCertificates } from '../../netns/state/certificates.ts';
import { type EngineBundle, prepareEngineBundle } from '../../debian/engines/engine-bundle.ts';
import { waitUntilReady } from '../../netns/boot/engine-ready.ts';
import { seedImages } from '../../netns/images/image-store.ts';
import type { MachineConfig } from '../../netns/state/machine-config.ts';
import { connectLink } from '../../netns/network/machine-link.ts';
import { explainFullDisk, requireNoOverlay } from '../../process/files/target-folder.ts';
import { checkImages, checkName } from '../../netns/state/check-request.ts';
import { requireHost } from '../../netns/doctor/require-host.ts';
import { reserveMachine, type NetnsMachineOptions } from '../../netns/state/reserve.ts';
import { withStoreLock } from '../../netns/state/store-lock.ts';
import { machineDataFolder, type Store, storeTarget } from '../../netns/state/store.ts';
import { forceStop, removeFolder, removeStoreIfEmpty } from '../../netns/state/clean-up.ts';
import { ensureSwitch } from '../../netns/network/switch.ts';
import { prepareTools, type Tools } from '../../debian/tools.ts';
import { ensureEgress } from '../../netns/network/egress.ts';
import { activity } from '../../process/activity.ts';
import { allSettled } from '../../process/errors/harness-error.ts';
import { runCommand } from '../../process/run-command.ts';
import type { QueuePosition } from '../../process/waits/fifo-queue.ts';
import { unlessAborted } from '../../process/waits/unless-aborted.ts';
import type { Machine, MachineRequest } from '../machine.ts';
import { describe } from './inspect.ts';
import { enter } from './run.ts';
import { waitForEngineAfter } from '../publish-machines.ts';
import { checkSwarm, startSwarm, swarmContainers, swarmOptionsOf } from '../swarm-containers.ts';

/**
 * Creates a machine and starts it. After a failure, no part of it remains.
 *
 * @param position the machine's place in the queue of parallel creations, released as soon as the machine has its
 * address
 */
export async function create(
  store: Store,
  request: MachineRequest & NetnsMachineOptions & { readonly engineBundle: string },
  position: QueuePosition,
  signal: AbortSignal | undefined,
): Promise<Machine> {
  const { name, images = [], tlsSans = [], swarm } = request;
  checkName(name);
  requireHost();
  if (swarm !== undefined) checkSwarm(swarm);
  checkImages(images);
  // Without cgroups, a machine could be started, but neither found nor stopped.
  mainHierarchy();
  const tried = `machine ${name}: create`;
  await requireNoOverlay(storeTarget(store), tried);
  const parts = await prepareParts(request.engineBundle);
  const { env } = parts.tools;
  signal?.throwIfAborted();
  try {
    const swarmOptions = swarm === undefined ? request.swarmOptions : swarmOptionsOf(swarm);
    const options = { ...request, swarmOptions };
    // The first request gets the first address, even if another one is ready earlier.
    await unlessAborted(position.reached, signal);
    const { config, range } = await reserveMachine(store, options, env, signal);
    position[Symbol.dispose]();
    try {
      makeDataFolders(store, name);
      await allSettled(tried, [
        connectLink(store, config, range, env),
        openEgress(store, config, range, env),
        makeCertificates(store, config, tlsSans),
        activity('step', `machine ${name}: images`, () =>
          seedImages(images, join(machineDataFolder(store, name), 'docker'), parts.bundle),
        ),
      ]);
      await waitForEngineAfter(request, signal);
      signal?.throwIfAborted();
      await boot(store, config, range, parts);
      await waitUntilReady(store, config, signal);
      if (swarm !== undefined) await joinSwarm(store, config, signal);
    } catch (error) {
      // Before the removal, which frees space.
      const explained = await explainFullDisk(storeTarget(store), tried, error);
      await remove(store, [name]);
      throw signal?.aborted === true ? explained : await explainDamage(explained);
    }
    return describe(store, config);
  } catch (error) {
    throw await explainFullDisk(storeTarget(store), tried, error);
  }
}

/** Creates the certificates of a new machine, for its address and these names. */
export async function makeCertificates(
  store: Store,
  { Name, Driver, HostOptions }: MachineConfig,
  names: readonly string[],
): Promise<void> {
  const subjects = [Driver.IPAddress, 'localhost', ...names];
  await activity('step', `machine ${Name}: certificates`, () =>
    makeMachineCertificates(store, Name, subjects, HostOptions.SwarmOptions.Master),
  );
}

/** Starts the machine's Swarm containers. From now on, the engine starts them itself. */
async function joinSwarm(
  store: Store,
  config: MachineConfig,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { HostOptions, Driver, Name } = config;
  const containers = swarmContainers(HostOptions.SwarmOptions, Driver.IPAddress);
  await startSwarm(Name, containers, async (argv, options) => {
    const { file, args, env } = await enter(store, config, argv);
    return await runCommand(file, args, { ...options, env, signal });
  });
}

/** Starts a stopped machine, or the engine of a running machine without one. */
export async function start(store: Store, config: MachineConfig): Promise<void> {
  requireHost();
  mainHierarchy();
  const name = config.Name;
  const parts = await prepareParts(config.Driver.Engine);
  const { env } = parts.tools;
  // If two processes start a machine at the same time, only one of them does.
  await withStoreLock(store, async () => {
    if (findInit(store, name) !== undefined) return;
    await forceStop(store, name, env);
    const range = await ensureSwitch(store, undefined, env);
    await connectLink(store, config, range, env);
    if (config.Driver.Egress) await ensureEgress(store, range, env);
    await boot(store, config, range, parts);
  });
  if (hasEngineEnded(store, name)) startEngine(store, name);
  await waitUntilReady(store, config);
}

const RESTART = `umask 022
cat >/run/engine.new.sh && chmod 0755 /run/engine.new.sh && mv /run/engine.new.sh /run/engine.sh || exit
cat /run/profile.new >/var/lib/boot2docker/profile && rm /run/profile.new
exec service docker restart`;

/** Configures a running machine's engine with its config.json and its certificates, and restarts the engine. */
export async function configureEngine(store: Store, config: MachineConfig): Promise<void> {
  const { bundle } = await prepareParts(config.Driver.Engine);
  await writeEngineFiles(store, config, bundle.env);
  const folder = machineDataFolder(store, config.Name);
  const run = async (script: string, file: string) => {
    const { file: program, args, env } = await enter(store, config, ['sh', '-c', script]);
    const title = `machine ${config.Name}: configure its engine`;
    await runCommand(program, args, { title, env, input: await readFile(join(folder, file)) });
  };
  await run('cat >/run/profile.new', 'profile');
  await run(RESTART, 'engine.sh');
  await waitUntilReady(store, config);
}

interface Parts {
  readonly tools: Tools;
  readonly bundle: EngineBundle;
}

async function prepareParts(engine: string | undefined): Promise<Parts> {
  const [tools, bundle] = await Promise.all([prepareTools(), prepareEngineBundle(engine)]);
  return { tools, bundle };
}

async function openEgress(
  store: Store,
  config: MachineConfig,
  range: AddressRange,
  env: Tools['env'],
): Promise<void> {
  if (config.Driver.Egress) await withStoreLock(store, () => ensureEgress(store, range, env));
}

async function boot(
  store: Store,
  config: MachineConfig,
  range: AddressRange,
  { tools, bundle }: Parts,
): Promise<void> {
  await bootMachine(store, {
    config,
    env: tools.env,
    engineEnv: bundle.env,
    visible: [cacheFolder(), bundle.folder],
    nameServer: config.Driver.Egress ? nameServerAddress(range) : undefined,
  });
}

/** Removes machines; after the last one, also the objects that they shared. */
export async function remove(store: Store, names: readonly string[]): Promise<void> {
  const { env } = await prepareTools();
  await allSettled(
    `machines ${names.join(', ')}: remove`,
    names.map(async (name) => {
      checkName(name);
      await activity(
        'stage',
        `machine ${name}: remove`,
        async () => {
          await forceStop(store, name, env);
          await removeFolder(store, name);
        },
        { machine: name },
      );
    }),
  );
  await removeStoreIfEmpty(store, env);
}
