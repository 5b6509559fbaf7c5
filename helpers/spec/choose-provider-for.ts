import { chooseProvider, openProvider } from '../machine/choose-provider.ts';
import type { MachineProvider } from '../machine/machine.ts';
import { loadDocument } from '../topology/document.ts';
import { seed } from '../topology/seed.ts';
import type { Topology } from '../topology/topology.ts';

/**
 * Chooses the provider of the machines for a topology's specs. The machines of the seed topology are in
 * MACHINE_STORAGE_PATH. Each other topology has its own state directory next to it, because they run at the same time
 * and their machines have the same names. A topology that `overlay-e2e up` left running is found in
 * MACHINE_STORAGE_PATH itself.
 */
export async function chooseProviderFor({
  name,
}: Pick<Topology, 'name'>): Promise<MachineProvider> {
  const { store } = await openProvider();
  const own =
    name === seed.name || (await runsIn(store, name))
      ? store
      : `${store}-${name.replaceAll('/', '_')}`;
  return (await chooseProvider(inStore(own))).provider;
}

/** Opens the provider of the machines in a state directory. */
export async function openProviderOf(store: string): Promise<MachineProvider> {
  return await openProvider(inStore(store));
}

function inStore(store: string): NodeJS.ProcessEnv {
  return { ...process.env, MACHINE_STORAGE_PATH: store };
}

async function runsIn(store: string, name: string): Promise<boolean> {
  return (await loadDocument(store))?.topology === name;
}
