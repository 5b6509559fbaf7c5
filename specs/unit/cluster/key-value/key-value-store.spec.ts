import { expect, test } from 'vitest';
import { openKeyValueStore } from '../../../../helpers/cluster/key-value/stores/open-store.ts';
import {
  engineOptionsFor,
  entriesBelow,
} from '../../../../helpers/cluster/key-value/stores/key-value-store.ts';

test.for([
  ['consul', 'consul://192.168.99.100:8500'],
  ['etcd', 'etcd://192.168.99.100:2379'],
  ['zookeeper', 'zk://192.168.99.100:2181'],
] as const)('%s is called %s by an engine', ([kind, url]) => {
  expect(openKeyValueStore(kind, '192.168.99.100').url).toBe(url);
});

test('the entries below a key are its value and those below its path, in order, without folders', () => {
  const keys = ['a/c', 'a', 'ab/c', 'a/b/d', 'a-b', 'b/a/c', 'a/B'];
  const entries = [...keys.map((key) => ({ key, value: 'x' })), { key: 'a/empty', value: '' }];
  const below = (key: string) => entriesBelow(entries, key).map((entry) => entry.key);
  expect(below('a')).toEqual(['a', 'a/B', 'a/b/d', 'a/c']);
  expect(below('a/')).toEqual(below('a'));
  expect(below('')).toEqual(['a', 'a-b', 'a/B', 'a/b/d', 'a/c', 'ab/c', 'b/a/c']);
});

test("an engine's options are the store and its own address, as in the tutorial", () => {
  expect(engineOptionsFor(openKeyValueStore('consul', '192.168.99.100'))).toEqual([
    'cluster-store=consul://192.168.99.100:8500',
    'cluster-advertise=eth1:2376',
  ]);
});
