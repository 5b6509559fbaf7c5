import type { KeyValueStoreKind } from '../cluster/key-value-store.ts';
import type { TargetStore } from './target.ts';

const makes: Readonly<Record<string, { kind: KeyValueStoreKind; port: number }>> = {
  consul: { kind: 'consul', port: 8500 },
  etcd: { kind: 'etcd', port: 2379 },
  zk: { kind: 'zookeeper', port: 2181 },
};

/**
 * The servers that an engine's `cluster-store` names, which may be several: `etcd://10.0.0.1:2379,10.0.0.2:2379/prefix`.
 * None when it is no store that we know.
 */
export function parseStoreUrls(url: string): TargetStore[] {
  const [, scheme = '', places = ''] = /^(\w+):\/\/([^/]+)/.exec(url) ?? [];
  const make = makes[scheme];
  if (make === undefined) return [];
  return places.split(',').map((place) => {
    const [address = '', port] = place.split(':');
    return { kind: make.kind, address, port: port === undefined ? make.port : Number(port) };
  });
}
