import { findInit } from '../../netns/boot/boot.ts';
import {
  isOwnConfig,
  listMachineNames,
  type MachineConfig,
  readConfig,
} from '../../netns/state/machine-config.ts';
import { machineFolder, type Store } from '../../netns/state/store.ts';
import { isInComputer } from '../../process/rootless.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { engineAccess } from '../../docker/endpoints/require-tls.ts';
import type { HostState } from '../../docker/endpoints/endpoint.ts';
import type { Machine } from '../machine.ts';

/** Returns all machines of the built-in provider in a state directory. */
export function listMachines(store: Store): Machine[] {
  return listMachineNames(store).flatMap((name) => {
    const config = readConfig(store, name);
    return isOwnConfig(config) ? [describe(store, config)] : [];
  });
}

/** Returns a machine's config.json. Throws if the name is unknown. */
export function requireConfig(store: Store, name: string): MachineConfig {
  const config = readConfig(store, name);
  if (config !== undefined) return config;
  const others = listMachineNames(store);
  throw new HarnessError({
    code: 'machine-unknown',
    tried: `machine ${name}`,
    observed: `unknown in the state directory ${store.folder}`,
    hint: others.length === 0 ? 'create the machine first' : `choose one of ${others.join(', ')}`,
  });
}

/**
 * System calls, page faults and new processes take five to ten times as long in a machine with its own kernel, which
 * also has only one processor. So has a virtual computer, whose machines share it.
 */
const OWN_KERNEL_FACTOR = 5;

/** Returns the current state of a machine. */
export function describe(store: Store, config: MachineConfig): Machine {
  const { IPAddress } = config.Driver;
  const folder = machineFolder(store, config.Name);
  const { EngineOptions } = config.HostOptions;
  const state: HostState = findInit(store, config.Name) === undefined ? 'Stopped' : 'Running';
  return {
    name: config.Name,
    address: IPAddress,
    state,
    ...engineAccess(IPAddress, 2376, folder),
    engineOptions: EngineOptions.ArbitraryFlags,
    engineLabels: EngineOptions.Labels,
    ...(config.DriverName === 'uml' || isInComputer() ? { limitFactor: OWN_KERNEL_FACTOR } : {}),
  };
}
