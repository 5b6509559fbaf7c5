import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { HarnessError } from '../../process/errors/harness-error.ts';
import type { AddressRange } from '../../process/address-range.ts';
import { checkAddress, nextAddress } from '../network/machine-addresses.ts';
import {
  type DriverName,
  type EngineOptions,
  listMachineNames,
  type MachineConfig,
  makeConfig,
  readConfig,
  type SwarmOptions,
  writeConfig,
} from './machine-config.ts';
import { macAddress } from './names.ts';
import { openStateDirectory } from './state-directory.ts';
import { withStoreLock } from './store-lock.ts';
import { machineFolder, type Store } from './store.ts';
import { makePrivateFolder } from '../../process/files/write-atomically.ts';
import { ensureSwitch } from '../network/switch.ts';
import { readVariable } from '../../process/environment.ts';

/** The options of a machine of this provider. */
export interface NetnsMachineOptions {
  /** In MiB. */
  readonly memory?: number | undefined;
  readonly cpus?: number | undefined;
  /** The address range of the state directory. Default: `$E2E_SUBNET`, or else a free range. */
  readonly subnet?: string | undefined;
  /** Connects the machine to networks outside of the host. */
  readonly egress?: boolean | undefined;
  /** More of docker-machine's engine options than `--engine-opt` and `--engine-label`. */
  readonly engineSettings?: Partial<EngineOptions> | undefined;
  /**
   * The number of machines with the first addresses for which the machine has permanent neighbor entries. Default: the
   * kernel finds its neighbors.
   */
  readonly fixedNeighbors?: number | undefined;
  /** The recorded role of the machine in a classic Swarm. */
  readonly swarmOptions?: Partial<SwarmOptions> | undefined;
}

interface Request extends NetnsMachineOptions {
  /** The provider that makes the machine; `netns` when absent. */
  readonly driverName?: DriverName;
  readonly name: string;
  readonly address?: string;
  /** A version, `system`, or a folder. */
  readonly engineBundle: string;
  readonly engineOptions?: readonly string[];
  readonly engineLabels?: readonly string[];
  readonly tlsSans?: readonly string[];
}

/**
 * Reserves a name and an address for a new machine, so that no other process uses them. Creates the switch if
 * necessary.
 */
export async function reserveMachine(
  store: Store,
  request: Request,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<{ config: MachineConfig; range: AddressRange }> {
  const { name } = request;
  await openStateDirectory(store.folder);
  return await withStoreLock(
    store,
    async () => {
      if (existsSync(machineFolder(store, name))) {
        throw new HarnessError({
          code: 'name-taken',
          tried: `machine ${name}: create`,
          observed: 'a machine with this name exists',
          hint: 'choose another name, or remove the machine first',
        });
      }
      const subnet = request.subnet ?? readVariable('E2E_SUBNET');
      const range = await ensureSwitch(store, subnet, env);
      const taken = takenAddresses(store);
      if (request.address !== undefined) checkAddress(request.address, range, taken);
      const address = request.address ?? nextAddress(range, new Set(taken.keys()));
      const config = makeConfig(store, {
        driver: request.driverName,
        name,
        address,
        mac: macAddress(store, address),
        engine: request.engineBundle,
        memory: request.memory ?? 0,
        cpus: request.cpus ?? 0,
        egress: request.egress ?? false,
        fixedNeighbors: request.fixedNeighbors,
        tlsSans: request.tlsSans ?? [],
        engineOptions: {
          ...request.engineSettings,
          ArbitraryFlags: [...(request.engineOptions ?? [])],
          Labels: [...(request.engineLabels ?? [])],
        },
        swarmOptions: request.swarmOptions ?? {},
      });
      await makePrivateFolder(machineFolder(store, name));
      try {
        await writeConfig(store, config);
      } catch (error) {
        await rm(machineFolder(store, name), { recursive: true });
        throw error;
      }
      return { config, range };
    },
    signal,
  );
}

function takenAddresses(store: Store): Map<string, string> {
  return new Map(
    listMachineNames(store).flatMap((name) => {
      const address = readConfig(store, name)?.Driver.IPAddress;
      return address === undefined ? [] : [[address, name] as const];
    }),
  );
}
