import { expect, test } from 'vitest';
import { macAddress } from '../../../../helpers/netns/state/names.ts';
import { openStore } from '../../../../helpers/netns/state/store.ts';

const store = openStore('/nowhere/one');

test('a MAC address is local, unicast and reproducible', () => {
  const mac = macAddress(store, '192.168.99.100');
  expect(mac).toMatch(/^02(?::[0-9a-f]{2}){5}$/);
  expect(macAddress(openStore('/nowhere/one'), '192.168.99.100')).toBe(mac);
});

test('MAC addresses are unique within the largest range and between state directories', () => {
  const addresses = ['10.9.1.100', '10.9.2.100', '10.9.1.101', '10.9.100.1'];
  const macs = [
    ...addresses.map((address) => macAddress(store, address)),
    ...addresses.map((address) => macAddress(openStore('/nowhere/other'), address)),
  ];
  expect(new Set(macs).size).toBe(macs.length);
});
