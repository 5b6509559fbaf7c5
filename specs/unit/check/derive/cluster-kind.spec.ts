import { describe, expect, test } from 'vitest';
import { clusterKindOf, storesOf } from '../../../../helpers/check/derive/cluster-kind.ts';
import { parseStoreUrls } from '../../../../helpers/check/model/store-urls.ts';
import { engineOf, hostOf } from '../observation.ts';

const onStore = (clusterStore: string) =>
  hostOf('a', { engine: engineOf({ info: { clusterStore } }) });
const inSwarm = hostOf('b', { engine: engineOf({ info: { swarm: 'active' } }) });
const alone = hostOf('c', { engine: engineOf() });
const silent = hostOf('d');

describe('The kind of a cluster', () => {
  test.each([
    ['key-value', [onStore('consul://10.0.0.1:8500'), alone]],
    ['swarm-mode', [inSwarm, alone, silent]],
    ['swarm-mode', [inSwarm, inSwarm, onStore('consul://10.0.0.1:8500')]],
    ['unknown', [alone, silent]],
  ])('is %s if most of its engines report it (case %$)', (kind, hosts) => {
    expect(clusterKindOf({}, hosts)).toBe(kind);
  });

  test('is the kind of the target if no engine reports any', () => {
    expect(clusterKindOf({ kind: 'swarm-mode' }, [alone])).toBe('swarm-mode');
  });
});

describe('The key-value store of a cluster', () => {
  test('is the store that most of its engines use', () => {
    const right = onStore('consul://10.0.0.1:8500');
    expect(storesOf({}, [onStore('consul://10.0.0.9:8500'), right, right])).toEqual([
      { kind: 'consul', address: '10.0.0.1', port: 8500 },
    ]);
  });

  test.each([
    ['consul://192.168.99.100:8500', [{ kind: 'consul', address: '192.168.99.100', port: 8500 }]],
    [
      'etcd://10.0.0.1:2379,10.0.0.2/prefix',
      [
        { kind: 'etcd', address: '10.0.0.1', port: 2379 },
        { kind: 'etcd', address: '10.0.0.2', port: 2379 },
      ],
    ],
    ['zk://keeper', [{ kind: 'zookeeper', address: 'keeper', port: 2181 }]],
    ['boltdb:///var/lib', []],
    ['consul://[fd00::1]:8501', [{ kind: 'consul', address: 'fd00::1', port: 8501 }]],
    ['constructor://x', []],
    ['toString://x', []],
    ['consul://169.254.169.254:80', []],
    ['consul://127.0.0.1:8500,10.0.0.1', [{ kind: 'consul', address: '10.0.0.1', port: 8500 }]],
    ['etcd://user@evil:2379', []],
  ])('%s is parsed', (url, stores) => {
    expect(parseStoreUrls(url)).toEqual(stores);
  });
});
