import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { cacheFolder, explainDamage } from '../../debian/cache/cache.ts';
import { type EngineBundle, prepareEngineBundle } from '../../debian/engines/engine-bundle.ts';
import { prepareTools, type Tools } from '../../debian/tools.ts';
import { findInit, writeEngineFiles } from '../../netns/boot/boot.ts';
import { waitForEngineOf } from '../../netns/boot/engine-ready.ts';
import { mainHierarchy } from '../../netns/cgroups/cgroup.ts';
import { requireHost } from '../../netns/doctor/require-host.ts';
import { seedImages } from '../../netns/images/image-store.ts';
import { connectBareLink } from '../../netns/network/machine-link.ts';
import { ensureSwitch } from '../../netns/network/switch.ts';
import { checkImages, checkName } from '../../netns/state/check-request.ts';
import { forceStop } from '../../netns/state/clean-up.ts';
import type { MachineConfig } from '../../netns/state/machine-config.ts';
import { reserveMachine } from '../../netns/state/reserve.ts';
import { withStoreLock } from '../../netns/state/store-lock.ts';
import { machineDataFolder, type Store, storeTarget } from '../../netns/state/store.ts';
import { activity } from '../../process/activity.ts';
import type { AddressRange } from '../../process/address-range.ts';
import { allSettled, HarnessError } from '../../process/errors/harness-error.ts';
import { explainFullDisk, requireNoOverlay } from '../../process/files/target-folder.ts';
import { tail } from '../../process/run-command.ts';
import type { QueuePosition } from '../../process/waits/fifo-queue.ts';
import { unlessAborted } from '../../process/waits/unless-aborted.ts';
import { bootGuest, readConsole, readEngineEnd } from '../../uml/boot/boot.ts';
import { Slots } from '../../uml/boot/slots.ts';
import { makeDisk, seedFolder } from '../../uml/disk/disk.ts';
import { guestEnvironment } from '../../uml/root/guest-environment.ts';
import { prepareGuestRoot } from '../../uml/root/guest-root.ts';
import type { Machine } from '../machine.ts';
import { describe } from '../netns/inspect.ts';
import type { LocalRequest } from '../netns/kernel-operations.ts';
import { makeCertificates, remove } from '../netns/create.ts';
import { waitForEngineAfter } from '../publish-machines.ts';
import { checkSwarm, startSwarm, swarmContainers, swarmOptionsOf } from '../swarm-containers.ts';
import { runInside } from './run.ts';

/** Kernels and engines that start at the same time: more would only slow each other down. */
const slots = new Slots(availableParallelism());

/** Makes a machine and starts it. After a failure nothing of it is left. */
export async function create(
  store: Store,
  request: LocalRequest,
  position: QueuePosition,
  signal: AbortSignal | undefined,
): Promise<Machine> {
  const { name, images = [], tlsSans = [], swarm } = request;
  checkName(name);
  requireHost('uml');
  if (swarm !== undefined) checkSwarm(swarm);
  checkImages(images);
  mainHierarchy();
  const tried = `machine ${name}: create`;
  await requireNoOverlay(storeTarget(store), tried);
  const parts = await prepareParts(request.engineBundle);
  const { env } = parts.tools;
  signal?.throwIfAborted();
  try {
    const swarmOptions = swarm === undefined ? request.swarmOptions : swarmOptionsOf(swarm);
    await unlessAborted(position.reached, signal);
    const options = { ...request, driverName: 'uml', swarmOptions } as const;
    const { config, range } = await reserveMachine(store, options, env, signal);
    position[Symbol.dispose]();
    try {
      mkdirSync(join(machineDataFolder(store, name), 'etc-docker'), {
        recursive: true,
        mode: 0o700,
      });
      await allSettled(tried, [
        connectBareLink(store, config, env),
        makeCertificates(store, config, tlsSans),
        activity('step', `machine ${name}: disk`, async () => {
          const folder = seedFolder(store, name);
          mkdirSync(folder, { recursive: true, mode: 0o710 });
          await seedImages(images, folder, parts.bundle);
          await makeDisk(store, name);
        }),
      ]);
      signal?.throwIfAborted();
      await boot(store, config, range, { ...parts, withEngine: false }, signal);
      await waitForEngineAfter(request, signal);
      signal?.throwIfAborted();
      await startEngine(store, config, signal);
      if (swarm !== undefined) await joinSwarm(store, config, signal);
    } catch (error) {
      // Checked before the removal, which frees space.
      const explained = await explainFullDisk(storeTarget(store), tried, error);
      await remove(store, [name]);
      throw signal?.aborted === true ? explained : await explainDamage(explained);
    }
    return describe(store, config);
  } catch (error) {
    throw await explainFullDisk(storeTarget(store), tried, error);
  }
}

/** Starts a stopped machine, or the engine of a running machine whose engine has ended. */
export async function start(store: Store, config: MachineConfig): Promise<void> {
  requireHost('uml');
  mainHierarchy();
  const name = config.Name;
  const parts = await prepareParts(config.Driver.Engine);
  const { env } = parts.tools;
  // Two that start one machine at the same moment start it once.
  await withStoreLock(store, async () => {
    if (findInit(store, name) !== undefined) return;
    await forceStop(store, name, env);
    const range = await ensureSwitch(store, undefined, env);
    await connectBareLink(store, config, env);
    await boot(store, config, range, { ...parts, withEngine: true });
  });
  if (readEngineEnd(store, name) !== undefined) await startEngine(store, config);
  else await waitUntilReady(store, config);
}

/** Stops the engine, and starts it with the files of the machine's folder. */
const RESTART = `umask 022
service docker stop || exit
cp /machine/etc-docker/* /etc/docker/ && cat /machine/profile >/var/lib/boot2docker/profile || exit
cp /machine/engine.sh /run/engine.sh && chmod 0755 /run/engine.sh && rm -f /machine/replies/engine-ended || exit
kill -USR1 1`;

/** Configures a running machine's engine with its config.json and its certificates, and restarts the engine. */
export async function configureEngine(store: Store, config: MachineConfig): Promise<void> {
  const { root, bundle } = await prepareParts(config.Driver.Engine);
  await writeEngineFiles(store, config, guestEnvironment(root, bundle));
  const title = `machine ${config.Name}: configure its engine`;
  await runInside(store, config, ['sh', '-c', RESTART], { title });
  await waitUntilReady(store, config);
}

interface Parts {
  readonly tools: Tools;
  readonly bundle: EngineBundle;
  readonly root: string;
}

async function prepareParts(engine: string): Promise<Parts> {
  if (engine === 'system') {
    throw new HarnessError({
      code: 'engine-unsuitable',
      tried: 'engine bundle system',
      observed: 'machines with their own kernel do not see the programs of this host',
      hint: 'give a version, or the folder of an engine',
    });
  }
  const [tools, bundle, root] = await Promise.all([
    prepareTools(),
    prepareEngineBundle(engine),
    prepareGuestRoot(),
  ]);
  return { tools, bundle, root };
}

async function boot(
  store: Store,
  config: MachineConfig,
  range: AddressRange,
  { tools, bundle, root, withEngine }: Parts & { readonly withEngine: boolean },
  signal?: AbortSignal,
): Promise<void> {
  await writeEngineFiles(store, config, guestEnvironment(root, bundle));
  await slots.run(async () => {
    await bootGuest(
      store,
      {
        config,
        prefix: range.prefix,
        root,
        env: tools.env,
        visible: visibleFolders(bundle),
        withEngine,
      },
      signal,
    );
  }, signal);
}

/** The folders of the host that a machine reads: images and engines are in the cache. */
function visibleFolders({ folder }: EngineBundle): string[] {
  const cache = cacheFolder();
  return folder.startsWith(`${cache}/`) ? [cache] : [cache, folder];
}

/** Has PID 1 of a running machine start its engine, and waits until it answers. */
async function startEngine(
  store: Store,
  config: MachineConfig,
  signal?: AbortSignal,
): Promise<void> {
  await slots.run(async () => {
    const title = `${config.Name}: start its engine`;
    const argv = ['sh', '-c', 'rm -f /machine/replies/engine-ended; kill -USR1 1'] as const;
    await runInside(store, config, argv, { title, signal });
    await waitUntilReady(store, config, signal);
  }, signal);
}

/** Waits until a machine's engine answers a client with a certificate on TCP. */
async function waitUntilReady(
  store: Store,
  config: MachineConfig,
  signal?: AbortSignal,
): Promise<void> {
  const name = config.Name;
  await waitForEngineOf(config, {
    limit: 240_000,
    every: 100,
    signal,
    evidence: () => readConsole(store, name),
    checkAlive: async () => {
      if (findInit(store, name) === undefined) {
        throw new HarnessError({
          code: 'machine-start-failed',
          tried: `machine ${name}: boot`,
          observed: 'it has ended',
          evidence: await readConsole(store, name),
        });
      }
      const end = readEngineEnd(store, name);
      if (end === undefined) return;
      const last = tail(end.log, 1);
      throw new HarnessError({
        code: 'engine-not-ready',
        tried: `machine ${name}: start the engine`,
        observed: `dockerd has ended${last === '' ? '' : `, "${last}"`}`,
        evidence: end.log,
      });
    },
  });
}

/** Runs the machine's containers of its Swarm. From then on its engine starts them whenever it starts. */
async function joinSwarm(
  store: Store,
  config: MachineConfig,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { HostOptions, Driver, Name } = config;
  const containers = swarmContainers(HostOptions.SwarmOptions, Driver.IPAddress);
  await startSwarm(Name, containers, async (argv, options) => {
    return await runInside(store, config, argv, { ...options, signal });
  });
}
