import { chooseProvider, openProvider } from '../machine/choose-provider.ts';
import type { MachineProvider } from '../machine/machine.ts';
import { loadDocument } from '../topology/document.ts';
import { seed } from '../topology/seed.ts';
import type { Topology } from '../topology/topology.ts';

/**
 * The provider of the machines of a topology's specs. The seed's are in the store that MACHINE_STORAGE_PATH names, those
 * of the others beside it, for they stand side by side and their machines have the same names. One that `overlay-e2e up`
 * left in the store itself is found there.
 */
export async function chooseProviderFor({
  name,
}: Pick<Topology, 'name'>): Promise<MachineProvider> {
  const { store } = await openProvider();
  const own =
    name === seed.name || (await standsIn(store, name))
      ? store
      : `${store}-${name.replaceAll('/', '_')}`;
  return (await chooseProvider(inStore(own))).provider;
}

/** The provider of the machines in that store. */
export async function openProviderOf(store: string): Promise<MachineProvider> {
  return await openProvider(inStore(store));
}

function inStore(store: string): NodeJS.ProcessEnv {
  return { ...process.env, MACHINE_STORAGE_PATH: store };
}

async function standsIn(store: string, name: string): Promise<boolean> {
  return (await loadDocument(store))?.topology === name;
}
