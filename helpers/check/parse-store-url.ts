import type { KeyValueStoreKind } from '../cluster/key-value-store.ts';
import type { TargetStore } from './target.ts';

const kinds: Readonly<Record<string, { kind: KeyValueStoreKind; port: number }>> = {
  consul: { kind: 'consul', port: 8500 },
  etcd: { kind: 'etcd', port: 2379 },
  zk: { kind: 'zookeeper', port: 2181 },
};

/**
 * The store that an engine's `cluster-store` names: `consul://192.168.99.100:8500`, `etcd://10.0.0.1:2379,10.0.0.2:2379/prefix`.
 * Of several servers the first; undefined when it is none that we know.
 */
export function parseStoreUrl(url: string): TargetStore | undefined {
  const [, scheme = '', address, port] = /^(\w+):\/\/([^:/,]+)(?::(\d+))?/.exec(url) ?? [];
  const make = kinds[scheme];
  if (make === undefined || address === undefined) return undefined;
  return { kind: make.kind, address, port: port === undefined ? make.port : Number(port) };
}
