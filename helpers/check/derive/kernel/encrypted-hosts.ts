import { endpointsOf } from '../endpoints.ts';
import { memoize } from '../memoize.ts';
import type { Observation } from '../../model/observation.ts';
import { type Missing, valueOf, withoutValue } from '../../model/observed.ts';
import type { EncryptionTables } from '../../model/views/encryption-view.ts';
import { USUAL_VXLAN_PORT } from '../../model/views/kernel-view.ts';
import { destinationsOf, tablesOf } from './expected-tables.ts';

/** An encrypted overlay with containers on several hosts. */
export interface EncryptedNetwork {
  readonly id: string;
  readonly name: string;
  /** The names of the hosts with a container on it, at least two. */
  readonly hosts: readonly string[];
  /** The VXLAN number of each of its subnets. */
  readonly vnis: readonly number[];
  readonly port: number;
}

/** A host with a container on such a network. */
export interface EncryptedHost {
  readonly name: string;
  /** The address from which it sends encrypted packets. */
  readonly address: string;
  readonly before: EncryptionTables;
  readonly after: EncryptionTables;
}

/** Returns the encrypted overlays whose packets pass between hosts: on others, an engine has nothing to encrypt. */
export const encryptedNetworks = memoize(
  (observation: Observation): readonly EncryptedNetwork[] => {
    const { hosts } = observation;
    const encrypted = new Set(
      hosts.flatMap(({ engine }) =>
        (valueOf(engine)?.networks ?? [])
          .filter(({ driver, options }) => driver === 'overlay' && 'encrypted' in options)
          .map(({ id }) => id),
      ),
    );
    const endpoints = endpointsOf(observation).filter(({ networkId }) => encrypted.has(networkId));
    return [...Map.groupBy(endpoints, ({ networkId }) => networkId)].flatMap(([id, ends]) => {
      const joined = [...new Set(ends.map(({ host }) => host))];
      if (joined.length < 2) return [];
      const vxlans = hosts.flatMap(
        ({ kernel }) => tablesOf(valueOf(kernel)?.overlays, id)?.vxlans ?? [],
      );
      const vnis = [...new Set(vxlans.map(({ vni }) => vni))];
      const port = vxlans[0]?.port ?? USUAL_VXLAN_PORT;
      return [{ id, name: ends[0]?.network ?? id, hosts: joined, vnis, port }];
    });
  },
);

/** Returns the hosts of these networks whose encryption was observed twice. */
export const encryptedHosts = memoize((observation: Observation): readonly EncryptedHost[] => {
  const joined = new Set(encryptedNetworks(observation).flatMap(({ hosts }) => hosts));
  const addresses = destinationsOf(observation);
  return observation.hosts.flatMap(({ name, kernel }): EncryptedHost[] => {
    const { before, after } = valueOf(kernel)?.encryption ?? {};
    const tables = { before: valueOf(before), after: valueOf(after) };
    const address = addresses.get(name);
    if (!joined.has(name) || address === undefined) return [];
    if (tables.before === undefined || tables.after === undefined) return [];
    return [{ name, address, before: tables.before, after: tables.after }];
  });
});

/** Returns a reason why encryption was not examined, or not everywhere; undefined if it was, or nothing is encrypted. */
export function unexaminedEncryption(observation: Observation): Missing | undefined {
  const networks = encryptedNetworks(observation);
  const addresses = destinationsOf(observation);
  for (const { name, kernel } of observation.hosts) {
    if (!networks.some(({ hosts }) => hosts.includes(name))) continue;
    if ('missing' in kernel)
      return withoutValue(`kernel of ${name}: ${kernel.missing}`, kernel.because);
    const { encryption } = kernel.value;
    if (encryption === undefined) return withoutValue(`encryption on ${name} was not read`);
    for (const read of [encryption.before, encryption.after]) {
      if ('missing' in read) return withoutValue(`encryption on ${name}: ${read.missing}`);
      if (read.value.states.some(({ keyDigest }) => keyDigest === undefined))
        return withoutValue(`the kernel of ${name} hides its keys`);
      if (read.value.rules.some(({ vni }) => vni === undefined))
        return withoutValue(`a firewall rule of ${name} for encrypted overlays is not understood`);
    }
    if (!addresses.has(name)) return withoutValue(`the address of ${name} is unknown`);
  }
  const unknown = networks.find(({ vnis }) => vnis.length === 0);
  return unknown && withoutValue(`the VXLAN number of ${unknown.name} is unknown`);
}
