import { isIP } from 'node:net';
import type { KeyValueStoreKind } from '../../cluster/key-value/stores/key-value-store.ts';
import { hostName, isOfHost } from '../../process/text/reported-values.ts';
import type { TargetStore } from './target.ts';

const makes = new Map<string, { readonly kind: KeyValueStoreKind; readonly port: number }>([
  ['consul', { kind: 'consul', port: 8500 }],
  ['etcd', { kind: 'etcd', port: 2379 }],
  ['zk', { kind: 'zookeeper', port: 2181 }],
]);

/**
 * Parses the servers of an engine's `cluster-store`: `etcd://10.0.0.1:2379,10.0.0.2:2379/prefix`. Returns an empty list for
 * an unknown kind of store or an address that no host can have, because the check connects to this address.
 */
export function parseStoreUrls(url: string): TargetStore[] {
  const [, scheme = '', places = ''] = /^(\w+):\/\/([^/]+)/.exec(url) ?? [];
  const make = makes.get(scheme);
  if (make === undefined) return [];
  return places.split(',').flatMap((place) => {
    const [, v6, v4, digits] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(place) ?? [];
    const address = v6 ?? v4;
    if (address === undefined || !isServer(address)) return [];
    return { kind: make.kind, address, port: digits === undefined ? make.port : Number(digits) };
  });
}

/** An address that a server may have, or a name to look up. */
function isServer(address: string): boolean {
  return isIP(address) === 0 ? hostName.safeParse(address).success : isOfHost(address);
}
