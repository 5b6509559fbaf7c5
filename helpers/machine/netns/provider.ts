import { DEFAULT_ENGINE } from '../../debian/engines/engine-bundle.ts';
import type { DriverName, MachineConfig } from '../../netns/state/machine-config.ts';
import type { NetnsMachineOptions } from '../../netns/state/reserve.ts';
import type { EnterCommand, PassingMode } from '../../netns/boot/enter.ts';
import { shutDown } from '../../netns/boot/shut-down.ts';
import { openStore, type Store } from '../../netns/state/store.ts';
import { forceStop, listOwnMachines, cleanUpStore } from '../../netns/state/clean-up.ts';
import { prepareTools } from '../../debian/tools.ts';
import { requireRoom } from '../../netns/limits/require-room.ts';
import { requireAddresses } from '../../netns/network/switch.ts';
import { scaleLimit } from '../../docker/endpoints/scale-limit.ts';
import { runCommand } from '../../process/run-command.ts';
import { FifoQueue } from '../../process/waits/fifo-queue.ts';
import { tryHostKernel } from '../try-kernel.ts';
import { publishMachines } from '../publish-machines.ts';
import type { Machine, MachineProvider, MachineRequest } from '../machine.ts';
import { describe, listMachines, requireConfig } from './inspect.ts';
import { create, remove, start } from './create.ts';
import type { KernelOperations } from './kernel-operations.ts';
import { readVariable } from '../../process/environment.ts';

/** A machine to create, with options of the built-in provider. */
export interface NetnsMachineRequest extends MachineRequest, NetnsMachineOptions {}

/** The built-in provider, with its additional methods. */
export interface NetnsProvider extends MachineProvider {
  readonly name: 'netns' | 'uml';
  readonly stateDirectory: Store;
  create(
    request: NetnsMachineRequest,
    options?: { signal?: AbortSignal | undefined },
  ): Promise<Machine>;
  /** Returns a machine's config.json. Throws if the name is unknown. */
  config(name: string): MachineConfig;
  /** Configures a running machine's engine with its config.json and its certificates, and restarts the engine. */
  configureEngine(name: string): Promise<void>;
}

export interface NetnsProviderOptions {
  /** The state directory. Default: `$MACHINE_STORAGE_PATH`, or else `~/.local/state/overlay-e2e`. */
  readonly store?: string | undefined;
  /** Options for machines whose request does not set them. */
  readonly defaults?: NetnsMachineOptions;
  /** `own` if all new machines get their own kernel, even without a request for it. */
  readonly kernel?: 'own';
}

/**
 * Creates the built-in provider: machines that consist of Linux namespaces or run their own kernel, with a real engine
 * each, on one switch.
 */
export function createNetnsProvider(options: NetnsProviderOptions = {}): NetnsProvider {
  const store = openStore(options.store);
  const config = (name: string) => requireConfig(store, name);
  const queue = new FifoQueue();
  let fixedNeighbors: number | undefined;
  const restart = async (name: string) => {
    const machine = config(name);
    await start(await loadKernelOperations(machine.DriverName), store, machine);
  };
  const stop = async (name: string) => {
    const machine = describe(store, config(name));
    await shutDown(store, machine.name, scaleLimit(60_000, [machine]));
    await forceStop(store, name, (await prepareTools()).env);
  };
  const enter = async (
    name: string,
    argv: readonly [string, ...string[]],
    mode: PassingMode,
  ): Promise<EnterCommand> => {
    const machine = config(name);
    return await (await loadKernelOperations(machine.DriverName)).enter(store, machine, argv, mode);
  };

  return publishMachines<NetnsProvider>({
    name: options.kernel === 'own' ? 'uml' : 'netns',
    store: store.folder,
    pullsImages: false,
    keptFiles: [],
    stateDirectory: store,
    config,
    create: async (request, { signal } = {}) => {
      using position = queue.enter();
      const engineBundle = engineBundleOf(request);
      const driver = (request.kernel ?? options.kernel) === 'own' ? 'uml' : 'netns';
      const operations = await loadKernelOperations(driver);
      const whole = { ...options.defaults, fixedNeighbors, ...request, engineBundle };
      return await create(operations, store, whole, position, signal);
    },
    engineBundleOf,
    makeRoom: async (crowd, room) => {
      requireAddresses(store, crowd.machines, room.tried);
      // Each machine with its own kernel has its own tables and limits.
      if (options.kernel !== 'own') ({ fixedNeighbors } = await requireRoom(crowd, room));
    },
    trySharedKernel: async (feature) =>
      options.kernel === 'own' ? undefined : await tryHostKernel(feature),
    list: async () => listMachines(store),
    listOwn: async () => listOwnMachines(store),
    inspect: async (name) => describe(store, config(name)),
    configureEngine: async (name) => {
      const machine = config(name);
      await (await loadKernelOperations(machine.DriverName)).configureEngine(store, machine);
    },
    enter: (name, argv) => enter(name, argv, 'follow'),
    run: async (name, argv, run = {}) => {
      const isFollowed = run.openInput !== undefined || run.onOutput !== undefined;
      const { file, args, env } = await enter(name, argv, isFollowed ? 'follow' : 'run');
      return await runCommand(file, args, { title: `${name}: ${argv.join(' ')}`, ...run, env });
    },
    start: restart,
    stop,
    reboot: async (name) => {
      await stop(name);
      await restart(name);
    },
    kill: async (name, kill = {}) => {
      const machine = config(name);
      await (await loadKernelOperations(machine.DriverName)).kill(store, machine, kill);
    },
    remove: (names) => remove(store, names),
    cleanUp: () => cleanUpStore(store, async () => (await prepareTools()).env),
  });
}

function engineBundleOf({ engineBundle }: MachineRequest, usual = DEFAULT_ENGINE): string {
  return engineBundle ?? readVariable('E2E_ENGINE_BUNDLE') ?? usual;
}

/** Returns the operations of machines with this driver. Those of other kernels are loaded only if they are used. */
async function loadKernelOperations(driver: DriverName): Promise<KernelOperations> {
  if (driver === 'uml') return (await import('../uml/operations.ts')).umlOperations;
  return (await import('./operations.ts')).netnsOperations;
}
