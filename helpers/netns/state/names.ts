import { join } from 'node:path';
import type { Store } from './store.ts';

/** The folder in which iproute2 keeps the names of network namespaces. */
export const namespaceFolder = '/run/netns';

/** Returns the name of a machine's network namespace, as `ip netns` shows it. */
export function machineNamespace(store: Store, name: string): string {
  return `${namespacePrefix(store)}${name}`;
}

/**
 * Returns the name of the switch's network namespace. No machine can have this name: machine names contain no
 * underscore.
 */
export function switchNamespace(store: Store): string {
  return `${namespacePrefix(store)}_switch`;
}

/** The cgroup of the egress program. No machine can have this name either. */
export const EGRESS = '_egress';

/** Returns the prefix of the names of all network namespaces of a state directory. */
export function namespacePrefix(store: Store): string {
  return `e2e-${store.id}-`;
}

/** Returns the file that keeps a network namespace alive. */
export function namespaceFile(namespace: string): string {
  return join(namespaceFolder, namespace);
}

/**
 * Returns the MAC address for an IP address in a state directory. It is always the same, so that neighbor tables stay
 * valid. A range has at most 65536 addresses, so the last two numbers identify each.
 */
export function macAddress(store: Store, address: string): string {
  const own = address.split('.').slice(2).map(Number);
  const bytes = own.map((byte) => byte.toString(16).padStart(2, '0'));
  return ['02', ...(store.id.match(/../g) ?? []).slice(0, 3), ...bytes].join(':');
}
