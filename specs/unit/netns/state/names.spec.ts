import { expect, test } from 'vitest';
import { macAddress } from '../../../../helpers/netns/state/names.ts';
import { openStore } from '../../../../helpers/netns/state/store.ts';

const store = openStore('/nowhere/one');

test('a MAC address is local, of one station, and the same each time', () => {
  const mac = macAddress(store, '192.168.99.100');
  expect(mac).toMatch(/^02(?::[0-9a-f]{2}){5}$/);
  expect(macAddress(openStore('/nowhere/one'), '192.168.99.100')).toBe(mac);
});

test('no two of a range, of the largest too, have one MAC address, and no two stores', () => {
  const addresses = ['10.9.1.100', '10.9.2.100', '10.9.1.101', '10.9.100.1'];
  const macs = [
    ...addresses.map((address) => macAddress(store, address)),
    ...addresses.map((address) => macAddress(openStore('/nowhere/other'), address)),
  ];
  expect(new Set(macs).size).toBe(macs.length);
});
