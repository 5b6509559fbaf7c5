import { z } from 'zod';
import { allEndsOf } from './endpoints.ts';
import type { Observation } from '../model/observation.ts';
import { whatWasSeen } from '../model/observed.ts';

/** What is known of who has, or had, an address on an overlay. */
export interface KnownEnd {
  readonly networkId: string;
  readonly address: string;
  readonly mac: string | undefined;
}

/** Also such as are no container's: in swarm mode each host has an end of its own there, and one of `ingress`. */
const inspected = z.looseObject({
  Containers: z
    .record(z.string(), z.looseObject({ IPv4Address: z.string(), MacAddress: z.string() }))
    .nullish(),
});

/**
 * All ends that anybody knows: running containers, what engines say of their networks, what the store and the managers
 * have. An entry for one of them is not left over, even if that end itself is.
 */
export function knownEnds(observation: Observation): KnownEnd[] {
  const { hosts, store, swarm } = observation;
  const told = hosts.flatMap(({ engine }) =>
    (whatWasSeen(engine)?.networks ?? []).flatMap(({ id: networkId, raw }) =>
      Object.values(inspected.safeParse(raw).data?.Containers ?? {}).map(
        ({ IPv4Address, MacAddress: mac }) => {
          const address = IPv4Address.replace(/\/.*/, '');
          return { networkId, address, mac };
        },
      ),
    ),
  );
  const stored = (whatWasSeen(store)?.ends ?? []).map(pickEnd);
  const managed = (whatWasSeen(swarm)?.ends ?? []).map(pickEnd);
  const running = allEndsOf(observation).map(pickEnd);
  return [...running, ...told, ...stored, ...managed];
}

function pickEnd({
  networkId,
  address,
  mac,
}: Pick<KnownEnd, 'networkId' | 'address'> & { readonly mac?: string }): KnownEnd {
  return { networkId, address, mac };
}
