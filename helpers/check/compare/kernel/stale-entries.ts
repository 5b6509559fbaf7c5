import type { Comparison } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import { isWhollyExamined } from '../../derive/coverage.ts';
import { endpointsOf } from '../../derive/endpoints.ts';
import {
  isAnswered,
  leadsAway,
  type ObservedKernel,
  observedKernels,
  tablesOf,
} from '../../derive/kernel/expected-tables.ts';
import { hostAt } from '../../derive/find-host.ts';
import { type KnownEndpoint, knownEndpoints } from '../../derive/known-endpoints.ts';
import type { Observation } from '../../model/observation.ts';
import type { OverlayTables } from '../../model/views/kernel-view.ts';
import { valueOf } from '../../model/observed.ts';
import { kernelOutcome } from './kernel-outcome.ts';

/** No kernel has an engine's entry for a container that is gone or has moved to that host. */
export const kernelStaleEntries: Comparison = {
  name: 'kernel-stale-entries',
  title: 'no kernel has entries for containers that are gone or have moved',
  layer: 'kernel',
  needs: 'privileged-probe',
  compare: (observation) => {
    const known = knownEndpoints(observation);
    const networks = namesOfOverlays(observation);
    const looked = observedKernels(observation).flatMap((seen) =>
      [...networks].flatMap(([networkId, network]) => {
        const tables = tablesOf(seen.kernel.overlays, networkId);
        return tables === undefined ? [] : [{ seen, networkId, network, tables }];
      }),
    );
    return kernelOutcome(
      observation,
      looked.flatMap((one) => findStale(one, known, observation)),
      looked.map(({ seen, network }) => `${seen.host.name}, ${network}`),
    );
  },
};

interface ObservedOverlay {
  readonly seen: ObservedKernel;
  readonly networkId: string;
  readonly network: string;
  readonly tables: OverlayTables;
}

function namesOfOverlays({ hosts }: Observation): Map<string, string> {
  const networks = hosts.flatMap(({ engine }) => valueOf(engine)?.networks ?? []);
  return new Map(
    networks.filter(({ driver }) => driver === 'overlay').map(({ id, name }) => [id, name]),
  );
}

/**
 * Returns stale entries. Engines 20.10 also write entries for containers of the same host when another container asks, and
 * never delete them (libnetwork's `resolvePeer` is answered by the engine itself). Entries that point to the host itself
 * are harmless.
 */
function findStale(
  { seen: { host, kernel }, networkId, network, tables }: ObservedOverlay,
  known: readonly KnownEndpoint[],
  observation: Observation,
): Difference[] {
  const later = tablesOf(kernel.later, networkId);
  const here = known.filter((endpoint) => endpoint.networkId === networkId);
  const own = endpointsOf(observation).filter(
    (endpoint) => endpoint.networkId === networkId && endpoint.host === host.name,
  );
  const isNobodys = (mac: string, address: string | undefined) =>
    !here.some(
      (endpoint) => endpoint.mac === mac || endpoint.address === (address ?? addressOf(mac)),
    );
  const toItself = new Set(
    writtenEntries(tables)
      .filter(({ destination }) => destination === host.address)
      .map(({ mac }) => mac),
  );
  const forwarding = writtenEntries(tables)
    .filter(({ mac, destination }) => {
      if (toItself.has(mac)) return false;
      const isMoved = own.some((endpoint) => endpoint.mac === mac);
      return isMoved || (isNobodys(mac, undefined) && isOfKnownHost(destination, observation));
    })
    // An entry that disappears by itself is only pending.
    .filter((entry) => later === undefined || writtenEntries(later).some(isSameAs(entry)));
  const neighbors = writtenNeighbors(tables)
    .filter(({ mac, address }) => isNobodys(mac, address) && !toItself.has(mac))
    .filter((entry) => later === undefined || writtenNeighbors(later).some(isSameAs(entry)))
    // An entry with an unknown host may belong to a host that is not examined or does not answer.
    .filter(
      ({ mac }) => isWhollyExamined(observation) || forwarding.some((entry) => entry.mac === mac),
    );
  return [
    ...forwarding.map(({ mac, destination }): Difference => {
      const moved = own.find((endpoint) => endpoint.mac === mac);
      const peer = hostAt(observation, destination)?.name;
      return {
        kind: 'forwarding-stale',
        where: { host: host.name, peer, network, container: moved?.container },
        expected: null,
        observed: {
          mac,
          dst: destination,
          state: 'permanent',
          address: moved?.address ?? addressOf(mac),
        },
        text:
          moved === undefined
            ? `${host.name} forwards traffic for ${mac}${describeAddress(mac)} in ${network} to ${destination}${describeHost(peer)}, where no such container exists`
            : `${host.name} forwards traffic for ${moved.container} (${mac}) in ${network} to ${destination}${describeHost(peer)}, although it runs on ${host.name} itself`,
      };
    }),
    ...neighbors.map(
      ({ mac, address }): Difference => ({
        kind: 'neighbour-stale',
        where: { host: host.name, network },
        expected: null,
        observed: { address, mac },
        text: `${host.name} resolves ${address} in ${network} to ${mac}, which belongs to no container`,
      }),
    ),
  ];
}

/** Returns true if all endpoints of the destination host are known; otherwise the entry may belong to one of them. */
function isOfKnownHost(destination: string, observation: Observation): boolean {
  const host = hostAt(observation, destination);
  return host === undefined ? isWhollyExamined(observation) : 'value' in host.engine;
}

function writtenEntries({ vxlans }: OverlayTables) {
  return vxlans.flatMap(({ forwarding }) =>
    forwarding.flatMap((entry) => {
      const { mac, destination, isPermanent } = entry;
      if (!isPermanent || destination === undefined || !leadsAway(entry)) return [];
      // All zeros is where floods go; Docker's devices have none, and a person may have made one.
      return mac === '00:00:00:00:00:00' ? [] : [{ mac, destination }];
    }),
  );
}

function writtenNeighbors({ neighbors }: OverlayTables) {
  return neighbors.flatMap((entry) => {
    const { address, mac } = entry;
    return mac === undefined || !isAnswered(entry) ? [] : [{ address, mac }];
  });
}

function isSameAs<T extends object>(one: T): (other: T) => boolean {
  const text = JSON.stringify(one);
  return (other) => JSON.stringify(other) === text;
}

/** Engines make MAC addresses out of IPv4 addresses, `02:42:0a:00:09:03` of 10.0.9.3; today's make them up. */
function addressOf(mac: string): string | undefined {
  const [, hex = ''] = /^02:42:((?:[0-9a-f]{2}:){3}[0-9a-f]{2})$/.exec(mac) ?? [];
  return hex === ''
    ? undefined
    : hex
        .split(':')
        .map((byte) => Number.parseInt(byte, 16))
        .join('.');
}

function describeAddress(mac: string): string {
  const address = addressOf(mac);
  return address === undefined ? '' : ` (${address})`;
}

function describeHost(name: string | undefined): string {
  return name === undefined ? '' : ` (${name})`;
}
