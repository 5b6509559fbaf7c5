import { allEndpointsOf } from './endpoints.ts';
import { networkEndpoints } from '../model/inspected.ts';
import type { Observation } from '../model/observation.ts';
import { valueOf } from '../model/observed.ts';

/** A known owner, present or past, of an address on an overlay. */
export interface KnownEndpoint {
  readonly networkId: string;
  readonly address: string;
  readonly mac: string | undefined;
}

/**
 * Returns all known endpoints: of running containers, in the networks of engines, in the store and the managers. An entry
 * for one of them is not stale, even if the endpoint is.
 */
export function knownEndpoints(observation: Observation): KnownEndpoint[] {
  const { hosts, store, swarm } = observation;
  const told = hosts.flatMap(({ engine }) =>
    (valueOf(engine)?.networks ?? []).flatMap(({ id: networkId, raw }) =>
      Object.values(networkEndpoints.safeParse(raw).data?.Containers ?? {}).map(
        ({ IPv4Address, MacAddress: mac }) => {
          const address = IPv4Address.replace(/\/.*/, '');
          return { networkId, address, mac };
        },
      ),
    ),
  );
  const stored = (valueOf(store)?.endpoints ?? []).map(pickEndpoint);
  const managed = (valueOf(swarm)?.endpoints ?? []).map(pickEndpoint);
  const running = allEndpointsOf(observation).map(pickEndpoint);
  return [...running, ...told, ...stored, ...managed];
}

function pickEndpoint({
  networkId,
  address,
  mac,
}: Pick<KnownEndpoint, 'networkId' | 'address'> & { readonly mac?: string }): KnownEndpoint {
  return { networkId, address, mac };
}
