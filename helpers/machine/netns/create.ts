import { explainDamage } from '../../debian/cache/cache.ts';
import { prepareTools } from '../../debian/tools.ts';
import { findInit } from '../../netns/boot/boot.ts';
import { requireProcesses } from '../../netns/cgroups/cgroup.ts';
import { requireHost } from '../../netns/doctor/require-host.ts';
import { ensureSwitch } from '../../netns/network/switch.ts';
import { makeMachineCertificates } from '../../netns/state/certificates.ts';
import { checkImages, checkName } from '../../netns/state/check-request.ts';
import { forceStop, removeFolder, removeStoreIfEmpty } from '../../netns/state/clean-up.ts';
import type { MachineConfig } from '../../netns/state/machine-config.ts';
import { type NetnsMachineOptions, reserveMachine } from '../../netns/state/reserve.ts';
import { withStoreLock } from '../../netns/state/store-lock.ts';
import { type Store, storeTarget } from '../../netns/state/store.ts';
import { activity } from '../../process/activity.ts';
import { allSettled } from '../../process/errors/harness-error.ts';
import { explainFullDisk, requireNoOverlay } from '../../process/files/target-folder.ts';
import { runCommand } from '../../process/run-command.ts';
import type { QueuePosition } from '../../process/waits/fifo-queue.ts';
import { unlessAborted } from '../../process/waits/unless-aborted.ts';
import type { Machine, MachineRequest } from '../machine.ts';
import { describe } from './inspect.ts';
import type { KernelOperations } from './kernel-operations.ts';
import { waitForEngineAfter } from '../publish-machines.ts';
import { checkSwarm, startSwarm, swarmContainers, swarmOptionsOf } from '../swarm-containers.ts';

/** A machine to create on this computer. */
type LocalRequest = MachineRequest & NetnsMachineOptions & { readonly engineBundle: string };

/**
 * Creates a machine and starts it. After a failure, no part of it remains.
 *
 * @param position the machine's place in the queue of parallel creations, released as soon as the machine has its
 * address
 */
export async function create(
  operations: KernelOperations,
  store: Store,
  request: LocalRequest,
  position: QueuePosition,
  signal: AbortSignal | undefined,
): Promise<Machine> {
  const { name, images = [], tlsSans = [], swarm } = request;
  checkName(name);
  requireHost(operations.driver);
  if (swarm !== undefined) checkSwarm(swarm);
  checkImages(images);
  requireProcesses();
  const tried = `machine ${name}: create`;
  await requireNoOverlay(storeTarget(store), tried);
  const parts = await operations.prepareParts(request.engineBundle);
  signal?.throwIfAborted();
  try {
    const swarmOptions = swarm === undefined ? request.swarmOptions : swarmOptionsOf(swarm);
    const options = { ...request, swarmOptions, driverName: operations.driver };
    // The first request gets the first address, even if another one is ready earlier.
    await unlessAborted(position.reached, signal);
    const reserved = await reserveMachine(store, options, parts.tools.env, signal);
    const { config } = reserved;
    const machine = { store, parts, ...reserved };
    position[Symbol.dispose]();
    try {
      await allSettled(tried, [
        ...operations.prepare(machine, images),
        makeCertificates(store, config, tlsSans),
      ]);
      signal?.throwIfAborted();
      if (request.engineAfter !== undefined) await operations.bootFirst?.(machine, signal);
      await waitForEngineAfter(request, signal);
      signal?.throwIfAborted();
      await operations.startEngine(machine, signal);
      await operations.loadImages?.(machine, images, signal);
      if (swarm !== undefined) await joinSwarm(operations, store, config, signal);
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
async function makeCertificates(
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
  operations: KernelOperations,
  store: Store,
  config: MachineConfig,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { HostOptions, Driver, Name } = config;
  const containers = swarmContainers(HostOptions.SwarmOptions, Driver.IPAddress);
  await startSwarm(Name, containers, async (argv, options) => {
    const { file, args, env } = await operations.enter(store, config, argv, 'run');
    return await runCommand(file, args, { ...options, env, signal });
  });
}

/** Starts a stopped machine, or the engine of a running machine whose engine has ended. */
export async function start(
  operations: KernelOperations,
  store: Store,
  config: MachineConfig,
): Promise<void> {
  requireHost(operations.driver);
  requireProcesses();
  const parts = await operations.prepareParts(config.Driver.Engine);
  const { env } = parts.tools;
  // If two processes start a machine at the same time, only one of them does.
  await withStoreLock(store, async () => {
    if (findInit(store, config.Name) !== undefined) return;
    await forceStop(store, config.Name, env);
    const range = await ensureSwitch(store, undefined, env);
    await operations.restart({ store, config, range, parts });
  });
  await operations.ensureEngine(store, config);
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
