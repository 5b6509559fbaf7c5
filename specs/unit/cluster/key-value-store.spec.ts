import { expect, test } from 'vitest';
import { openStore } from '../../../helpers/cluster/open-store.ts';
import { engineOptionsFor } from '../../../helpers/cluster/key-value-store.ts';

test('an engine gets the store and its own address as the tutorial writes them', () => {
  expect(engineOptionsFor(openStore('consul', '192.168.99.100'))).toEqual([
    'cluster-store=consul://192.168.99.100:8500',
    'cluster-advertise=eth1:2376',
  ]);
});
