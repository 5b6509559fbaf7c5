import { DEFAULT_ENGINE } from '../../debian/engines/engine-bundle.ts';
import { prepareTools } from '../../debian/tools.ts';
import { shutDown } from '../../netns/boot/shut-down.ts';
import { forceStop, cleanUpStore, listOwnMachines } from '../../netns/state/clean-up.ts';
import type { MachineConfig } from '../../netns/state/machine-config.ts';
import { openStore, type Store } from '../../netns/state/store.ts';
import { readVariable } from '../../process/environment.ts';
import { FifoQueue } from '../../process/waits/fifo-queue.ts';
import type { Machine, MachineProvider, MachineRequest } from '../machine.ts';
import { describe, listMachines, requireConfig } from '../netns/inspect.ts';
import { remove } from '../netns/create.ts';
import { publishMachines } from '../publish-machines.ts';
import { create, start, type UmlMachineRequest } from './create.ts';
import { runInside } from './run.ts';

/** The provider of machines with their own kernel. */
export interface UmlProvider extends MachineProvider {
  readonly name: 'uml';
  readonly stateDirectory: Store;
  create(
    request: UmlMachineRequest,
    options?: { signal?: AbortSignal | undefined },
  ): Promise<Machine>;
}

/** Machines with their own kernel, a User-mode Linux process each, on the switch of the built-in provider. */
export function createUmlProvider(
  options: { readonly store?: string | undefined } = {},
): UmlProvider {
  const store = openStore(options.store);
  const config = (name: string): MachineConfig => requireConfig(store, name, 'uml');
  const queue = new FifoQueue();

  return publishMachines<UmlProvider>({
    name: 'uml',
    store: store.folder,
    pullsImages: false,
    keptFiles: [],
    stateDirectory: store,
    create: async (request, { signal } = {}) => {
      using position = queue.enter();
      const engineBundle = engineBundleOf(request);
      return await create(store, { ...request, engineBundle }, position, signal);
    },
    engineBundleOf,
    list: async () => listMachines(store, 'uml'),
    listOwn: async () => listOwnMachines(store),
    inspect: async (name) => describe(store, config(name)),
    run: async (name, argv, run = {}) => await runInside(store, config(name), argv, run),
    start: async (name) => await start(store, config(name)),
    stop: async (name) => {
      await shutDown(store, config(name).Name);
      await forceStop(store, name, (await prepareTools()).env);
    },
    kill: async (name) => {
      const machine = config(name);
      // As with the built-in provider, files survive that the kernel has not written to the disk yet.
      await runInside(store, machine, ['sync'], { limit: 5000 }).catch(() => undefined);
      await forceStop(store, name, (await prepareTools()).env);
    },
    remove: async (names) => await remove(store, names),
    cleanUp: async () => await cleanUpStore(store, async () => (await prepareTools()).env),
  });
}

function engineBundleOf({ engineBundle }: MachineRequest, usual = DEFAULT_ENGINE): string {
  return engineBundle ?? readVariable('E2E_ENGINE_BUNDLE') ?? usual;
}
