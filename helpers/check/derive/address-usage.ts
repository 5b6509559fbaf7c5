import { type AddressRange, lastOf, parseAddress, readRange } from '../../process/address-range.ts';
import type { NetworkFacts } from '../../docker/networks.ts';
import { hostAt } from './find-host.ts';
import { knownEndpoints } from './known-endpoints.ts';
import { memoize } from './memoize.ts';
import { networkPools } from '../model/inspected.ts';
import type { Observation } from '../model/observation.ts';
import { valueOf } from '../model/observed.ts';

/** The addresses of one overlay network. */
export interface AddressUsage {
  readonly network: string;
  readonly networkId: string;
  readonly subnets: readonly string[];
  /** The addresses that an engine or a manager can assign, and the gateway. */
  readonly usable: number;
  /** Those in use, as the managers count them; before Docker 29, those with a known owner: at least as many are in use. */
  readonly used: number;
  /** Those with a known owner. */
  readonly owned: number;
}

/** Returns the usage of each overlay network whose subnets are IPv4 ranges of at least 4 addresses. */
export const addressUsage = memoize((observation: Observation): readonly AddressUsage[] => {
  const ownedIn = Map.groupBy(ownedAddresses(observation), ({ networkId }) => networkId);
  const pools = new Map(valueOf(observation.swarm)?.networks.map((one) => [one.id, one.pools]));
  return overlaysOf(observation).flatMap((network): AddressUsage[] => {
    const ranges = rangesOf(network);
    if (ranges.length === 0) return [];
    const inUse = new Set([
      ...ranges.flatMap(({ reserved }) => reserved),
      ...(ownedIn.get(network.id) ?? []).map(({ address }) => address),
    ]);
    const numbers = [...inUse].flatMap((address) => parseAddress(address) ?? []);
    // A gateway that the engine does not report has an address as well.
    const gateways = ranges.filter(({ reserved }) => reserved.length === 0).length;
    const count = (wanted: (range: PoolRange) => number) =>
      ranges.reduce((sum, range) => sum + wanted(range), 0);
    const usable = count(({ first, last }) => last - first + 1);
    const owned =
      gateways +
      count(({ first, last }) => numbers.filter((one) => one >= first && one <= last).length);
    const counted = pools.get(network.id);
    return [
      {
        network: network.name,
        networkId: network.id,
        subnets: network.subnets,
        usable,
        used:
          counted?.length === ranges.length
            ? Math.max(0, usable - counted.reduce((sum, { free }) => sum + free, 0))
            : owned,
        owned,
      },
    ];
  });
});

/** Returns the addresses that can still be assigned. */
export function freeAddresses({ usable, used }: AddressUsage): number {
  return Math.max(0, usable - used);
}

/** The addresses that are assigned, without those of the network and of its broadcasts. */
interface PoolRange {
  readonly first: number;
  readonly last: number;
  /** The gateway, and addresses that the user has excluded. */
  readonly reserved: readonly string[];
}

function rangesOf({ raw }: NetworkFacts): PoolRange[] {
  const all = (networkPools.safeParse(raw).data?.IPAM.Config ?? []).map(
    (pool): PoolRange | undefined => {
      const subnet = readRange(pool.Subnet);
      const assigned = readRange(pool.IPRange || pool.Subnet);
      if (subnet === undefined || assigned === undefined || subnet.prefix > 30) return undefined;
      const reserved = [pool.Gateway ?? '', ...Object.values(pool.AuxiliaryAddresses ?? {})];
      return {
        ...innerOf(subnet, assigned),
        reserved: reserved.map((one) => one.replace(/\/.*/, '')).filter((one) => one !== ''),
      };
    },
  );
  // With a range of another kind, the sum would be wrong.
  return all.every((one) => one !== undefined) ? all : [];
}

function innerOf(subnet: AddressRange, assigned: AddressRange) {
  return {
    first: Math.max(subnet.first + 1, assigned.first),
    last: Math.min(lastOf(subnet) - 1, lastOf(assigned)),
  };
}

/** Each overlay once, of the engine that has inspected it with most properties: lists lack endpoints. */
function overlaysOf({ hosts }: Observation): NetworkFacts[] {
  const all = hosts.flatMap(({ engine }) => valueOf(engine)?.networks ?? []);
  const overlays = all.filter(({ driver, scope }) => driver === 'overlay' && scope !== 'local');
  return [...new Map(overlays.map((one) => [one.id, one])).values()];
}

function ownedAddresses(observation: Observation) {
  const swarm = valueOf(observation.swarm);
  const networks = swarm?.networks ?? [];
  const ids = new Map(networks.map(({ id, name }) => [name, id]));
  const live = (swarm?.later?.tasks ?? swarm?.tasks ?? []).filter(
    ({ state, desiredState }) =>
      ['running', 'ready'].includes(desiredState) && !['failed', 'rejected'].includes(state),
  );
  const ofTasks = live.flatMap(({ addresses }) =>
    Object.entries(addresses).map(([name, address]) => ({
      networkId: ids.get(name) ?? '',
      address,
    })),
  );
  const ofServices = (swarm?.services ?? []).flatMap(({ virtualAddresses }) =>
    Object.entries(virtualAddresses).map(([networkId, address]) => ({ networkId, address })),
  );
  // Of an examined host, the engine itself knows its endpoints; gossip may have old ones.
  const elsewhere = (swarm?.endpoints ?? []).filter(
    ({ hostAddress }) => hostAt(observation, hostAddress) === undefined,
  );
  const withoutGossip = {
    ...observation,
    swarm: { missing: '', because: 'not-requested' } as const,
  };
  return [...knownEndpoints(withoutGossip), ...elsewhere, ...ofTasks, ...ofServices];
}
