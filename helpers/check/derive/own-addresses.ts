import type { HostView } from '../model/observation.ts';
import { valueOf } from '../model/observed.ts';
import type { LinkView } from '../model/views/kernel-view.ts';

/** A host by its addresses: the one in the cluster, and those of its kernel. */
type AddressedHost = Pick<HostView, 'name' | 'address' | 'kernel'>;

/** IPv4 addresses that this host has and none of the others: bridges have the same one on every host. */
export function ownAddresses(host: AddressedHost, hosts: readonly AddressedHost[]): string[] {
  const others = new Set(hosts.filter(({ name }) => name !== host.name).flatMap(addressesOf));
  return addressesOf(host).filter((address) => !others.has(address));
}

function addressesOf({ address, kernel }: AddressedHost): string[] {
  const own = (valueOf(kernel)?.links ?? []).flatMap(addressesOfLink);
  return address === undefined ? own : [address, ...own];
}

/** The addresses of an interface, without the lengths of their ranges. */
export function addressesOfLink({ addresses }: Pick<LinkView, 'addresses'>): string[] {
  return addresses.map((one) => one.replace(/\/.*/, ''));
}
