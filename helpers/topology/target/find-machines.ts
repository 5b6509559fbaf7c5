import { existsSync } from 'node:fs';
import { decideHere, openProvider } from '../../machine/choose-provider.ts';
import type { Machine, MachineProvider } from '../../machine/machine.ts';
import { providerKinds } from '../../machine/provider-kinds.ts';
import { InputError } from '../../process/errors/input-error.ts';
import { suggestName } from '../../process/text/suggest-name.ts';
import { topologies } from '../topologies.ts';

/** Finds machines by name in MACHINE_STORAGE_PATH, or else in the default state directories of overlay-e2e and docker-machine. */
export async function findMachines(names: readonly string[]): Promise<Machine[]> {
  const providers = await openStores(process.env);
  const machines = (await Promise.all(providers.map((one) => one.list()))).flat();
  const found = names.map((name) => machines.find((machine) => machine.name === name));
  const missing = names.filter((_, at) => found[at] === undefined);
  if (missing.length === 0) return found.flatMap((machine) => machine ?? []);
  const stores = providers.map(({ store }) => store).join(' and ');
  throw new InputError({
    code: 'machine-unknown',
    observed: `unknown machine ${missing.map((name) => `"${name}"`).join(', ')} in ${stores}`,
    hint: adviseOn(missing, machines),
  });
}

function adviseOn(missing: readonly string[], machines: readonly Machine[]): string {
  if (missing.some((name) => topologies.some((topology) => topology.name === name))) {
    return 'Run "overlay-e2e check" without a name to check the running topology';
  }
  const [first = ''] = missing;
  const names = machines.map(({ name }) => name);
  if (names.length > 0) return suggestName(first, names, 'machines');
  return 'Set MACHINE_STORAGE_PATH to the state directory of docker-machine, or name engines with --engine';
}

/** Opens the state directories: overlay-e2e's own, and docker-machine's default for machines that are only checked. */
async function openStores(env: NodeJS.ProcessEnv): Promise<MachineProvider[]> {
  const own = await openProvider(env);
  if ((env['MACHINE_STORAGE_PATH'] ?? '') !== '') return [own];
  const foreign = providerKinds[decideHere(env).name].foreignStores.filter((one) =>
    existsSync(one),
  );
  const others = foreign.map((one) => openProvider({ ...env, MACHINE_STORAGE_PATH: one }));
  return [own, ...(await Promise.all(others))];
}
