import { join } from 'node:path';
import type { Store } from './store.ts';

/** Where iproute2 keeps the names of network namespaces. */
export const namespaceFolder = '/run/netns';

/** The network namespace of a machine, as `ip netns` calls it. */
export function machineNamespace(store: Store, name: string): string {
  return `${namespacePrefix(store)}${name}`;
}

/** The network namespace of the store's switch. No machine can have this name: an underscore is not allowed there. */
export function switchNamespace(store: Store): string {
  return `${namespacePrefix(store)}_switch`;
}

/** The cgroup of the program that is the way out of the store's network. No machine can have this name either. */
export const EGRESS = '_egress';

/** What the names of all network namespaces of the store begin with. */
export function namespacePrefix(store: Store): string {
  return `e2e-${store.id}-`;
}

/** The file that keeps a network namespace alive. */
export function namespaceFile(namespace: string): string {
  return join(namespaceFolder, namespace);
}

/**
 * A MAC address for whoever has `address` in this store: always the same one, so that no neighbour's memory is stale.
 * A range has at most 65536 addresses: the last two numbers tell them apart.
 */
export function macAddress(store: Store, address: string): string {
  const own = address.split('.').slice(2).map(Number);
  const bytes = own.map((byte) => byte.toString(16).padStart(2, '0'));
  return ['02', ...(store.id.match(/../g) ?? []).slice(0, 3), ...bytes].join(':');
}
