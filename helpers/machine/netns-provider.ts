import { join } from 'node:path';
import { type AddressRange, nameServerAddress } from '../netns/address-range.ts';
import { bootMachine, findInit, hasEngineEnded, makeGround, startEngine } from '../netns/boot.ts';
import { cacheFolder } from '../netns/cache.ts';
import { makeMachineCertificates } from '../netns/certificates.ts';
import { DEFAULT_ENGINE, type EngineBundle, prepareEngineBundle } from '../netns/engine-bundle.ts';
import { waitForEngine } from '../netns/engine-ready.ts';
import { type EnterCommand, enterCommand } from '../netns/enter.ts';
import { seedImages } from '../netns/image-store.ts';
import { listMachineNames, type MachineConfig, readConfig } from '../netns/machine-config.ts';
import { plugIn } from '../netns/machine-link.ts';
import { explainFullDisk, requireNoOverlay } from '../netns/place.ts';
import { checkImages, checkName } from '../netns/request.ts';
import { requireHost } from '../netns/require-host.ts';
import { reserveMachine, type Wish } from '../netns/reserve.ts';
import { shutDown } from '../netns/shut-down.ts';
import { withStoreLock } from '../netns/store-lock.ts';
import { groundFolder, machineFolder, openStore, type Store, storePlace } from '../netns/store.ts';
import { cutPower, removeFolder, removeStoreIfEmpty, sweepStore } from '../netns/sweep.ts';
import { ensureSwitch } from '../netns/switch.ts';
import { prepareTools, type Tools } from '../netns/tools.ts';
import { ensureWayOut } from '../netns/way-out.ts';
import { allSettled, HarnessError } from '../process/harness-error.ts';
import { runCommand } from '../process/run-command.ts';
import { unlessAborted } from '../process/unless-aborted.ts';
import type { Machine, MachineProvider, MachineRequest, MachineState } from './machine.ts';
import { checkSwarm, startSwarm, swarmContainers, swarmOptionsOf } from './swarm-containers.ts';

/** What a machine of the built-in provider can have beyond any other's. */
export interface NetnsMachineRequest extends MachineRequest, Wish {}

/** The built-in provider, with what only it can do. */
export interface NetnsProvider extends MachineProvider {
  readonly name: 'netns';
  readonly ground: Store;
  create(
    request: NetnsMachineRequest,
    options?: { signal?: AbortSignal | undefined },
  ): Promise<Machine>;
  /** A machine's config.json. An unknown name is a HarnessError. */
  config(name: string): MachineConfig;
  /** How to run `argv` inside of a machine, for whoever starts the program himself: with a terminal, say. */
  enter(name: string, argv: readonly [string, ...string[]]): Promise<EnterCommand>;
}

export interface NetnsProviderOptions {
  /** Folder of the store; `$MACHINE_STORAGE_PATH`, or else `~/.local/state/overlay-e2e`, when absent. */
  readonly store?: string | undefined;
  /** What every machine gets whose request says nothing else. */
  readonly defaults?: Wish;
}

/** The built-in provider: machines out of Linux namespaces, with a real engine each. */
export function createNetnsProvider(options: NetnsProviderOptions = {}): NetnsProvider {
  const store = openStore(options.store);
  const config = (name: string) => requireConfig(store, name);

  return {
    name: 'netns',
    store: store.folder,
    ground: store,
    config,
    create: (request, { signal } = {}) => {
      const engineBundle = engineBundleOf(request);
      return create(store, { ...options.defaults, ...request, engineBundle }, signal);
    },
    engineBundleOf,
    list: async () => listMachines(store),
    inspect: async (name) => describe(store, config(name)),
    enter: async (name, argv) => await enter(store, config(name), argv),
    run: async (name, argv, run = {}) => {
      const { file, args, env } = await enter(store, config(name), argv);
      return await runCommand(file, args, { title: `${name}: ${argv.join(' ')}`, ...run, env });
    },
    start: async (name) => await start(store, config(name)),
    stop: async (name) => {
      await shutDown(store, config(name).Name);
      await cutPower(store, name, (await prepareTools()).env);
    },
    kill: async (name) => cutPower(store, config(name).Name, (await prepareTools()).env),
    remove: (names) => remove(store, names),
    sweep: () => sweepStore(store, async () => (await prepareTools()).env),
  };
}

function engineBundleOf({ engineBundle }: MachineRequest, usual = DEFAULT_ENGINE): string {
  return engineBundle ?? (process.env['E2E_ENGINE_BUNDLE'] || usual);
}

async function create(
  store: Store,
  request: NetnsMachineRequest & { readonly engineBundle: string },
  signal: AbortSignal | undefined,
): Promise<Machine> {
  const { name, images = [], tlsSans = [], swarm } = request;
  checkName(name);
  requireHost();
  if (swarm !== undefined) checkSwarm(swarm);
  checkImages(images);
  const tried = `machine ${name}: create`;
  await requireNoOverlay(storePlace(store), tried);
  const parts = await prepareParts(request.engineBundle);
  const { env } = parts.tools;
  signal?.throwIfAborted();
  try {
    const swarmOptions = swarm === undefined ? request.swarmOptions : swarmOptionsOf(swarm);
    const wish = { ...request, swarmOptions };
    const { config, range } = await reserveMachine(store, wish, env, signal);
    try {
      makeGround(store, name);
      await allSettled(tried, [
        plugIn(store, config, range, env),
        openWayOut(store, config, range, env),
        makeMachineCertificates(store, name, [config.Driver.IPAddress, 'localhost', ...tlsSans]),
        seedImages(images, join(groundFolder(store, name), 'docker'), parts.bundle),
      ]);
      await unlessAborted(request.engineAfter, signal);
      signal?.throwIfAborted();
      await boot(store, config, range, parts);
      await waitForEngine(store, config, signal);
      if (swarm !== undefined) await joinSwarm(store, config, signal);
    } catch (error) {
      // Looked at before the removal, which makes room again.
      const explained = await explainFullDisk(storePlace(store), tried, error);
      await remove(store, [name]);
      throw explained;
    }
    return describe(store, config);
  } catch (error) {
    throw await explainFullDisk(storePlace(store), tried, error);
  }
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
    const { file, args, env } = await enter(store, config, argv);
    return await runCommand(file, args, { ...options, env, signal });
  });
}

async function start(store: Store, config: MachineConfig): Promise<void> {
  requireHost();
  const name = config.Name;
  const parts = await prepareParts(config.Driver.Engine);
  const { env } = parts.tools;
  // Two that start one machine at the same moment start it once.
  await withStoreLock(store, async () => {
    if (findInit(store, name) !== undefined) return;
    await cutPower(store, name, env);
    const range = await ensureSwitch(store, undefined, env);
    await plugIn(store, config, range, env);
    if (config.Driver.Egress) await ensureWayOut(store, range, env);
    await boot(store, config, range, parts);
  });
  if (hasEngineEnded(store, name)) startEngine(store, name);
  await waitForEngine(store, config);
}

interface Parts {
  readonly tools: Tools;
  readonly bundle: EngineBundle;
}

async function prepareParts(engine: string | undefined): Promise<Parts> {
  const [tools, bundle] = await Promise.all([prepareTools(), prepareEngineBundle(engine)]);
  return { tools, bundle };
}

async function openWayOut(
  store: Store,
  config: MachineConfig,
  range: AddressRange,
  env: Tools['env'],
): Promise<void> {
  if (config.Driver.Egress) await withStoreLock(store, () => ensureWayOut(store, range, env));
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

async function remove(store: Store, names: readonly string[]): Promise<void> {
  const { env } = await prepareTools();
  await allSettled(
    `machines ${names.join(', ')}: remove`,
    names.map(async (name) => {
      checkName(name);
      await cutPower(store, name, env);
      await removeFolder(store, name);
    }),
  );
  await removeStoreIfEmpty(store, env);
}

async function enter(
  store: Store,
  config: MachineConfig,
  argv: readonly [string, ...string[]],
): Promise<EnterCommand> {
  const [tools, bundle] = await Promise.all([
    prepareTools(),
    prepareEngineBundle(config.Driver.Engine),
  ]);
  return enterCommand(store, config.Name, argv, { host: tools.env, machine: bundle.env });
}

function listMachines(store: Store): Machine[] {
  return listMachineNames(store).flatMap((name) => {
    const config = readConfig(store, name);
    // netns-machine also notes engines of others there, of which only a URL is known.
    return config?.DriverName === 'netns' ? [describe(store, config)] : [];
  });
}

function requireConfig(store: Store, name: string): MachineConfig {
  const config = readConfig(store, name);
  if (config !== undefined) return config;
  const others = listMachineNames(store);
  throw new HarnessError({
    tried: `machine ${name}`,
    observed: `store ${store.folder} has no such machine`,
    remedy: others.length === 0 ? 'create it first' : `there are ${others.join(', ')}`,
  });
}

function describe(store: Store, config: MachineConfig): Machine {
  const { IPAddress } = config.Driver;
  const folder = machineFolder(store, config.Name);
  const { EngineOptions } = config.HostOptions;
  const state: MachineState = findInit(store, config.Name) === undefined ? 'Stopped' : 'Running';
  return {
    name: config.Name,
    address: IPAddress,
    state,
    url: `tcp://${IPAddress}:2376`,
    endpoint: {
      host: IPAddress,
      port: 2376,
      caFile: join(folder, 'ca.pem'),
      certFile: join(folder, 'cert.pem'),
      keyFile: join(folder, 'key.pem'),
    },
    engineOptions: EngineOptions.ArbitraryFlags,
    engineLabels: EngineOptions.Labels,
    certificates: folder,
  };
}
