import { describe, expect, test } from 'vitest';
import {
  readForwarding,
  readLinks,
  readNeighbors,
  readNeighborTable,
  readOffload,
  readRoutes,
} from '../../../../../helpers/check/observe/kernel/ip-answers.ts';

// All recorded from engines of Docker 20.10.5 and shortened.
const links = JSON.stringify([
  {
    ifindex: 2,
    ifname: 'br0',
    flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
    mtu: 1450,
    operstate: 'UP',
    link_type: 'ether',
    address: '8a:30:6b:78:74:c4',
    linkinfo: {
      info_kind: 'bridge',
      info_data: { forward_delay: 1500 },
    },
    addr_info: [
      {
        family: 'inet',
        local: '10.0.9.1',
        prefixlen: 24,
        scope: 'global',
        label: 'br0',
      },
      {
        family: 'inet6',
        local: 'fe80::1',
        prefixlen: 64,
        scope: 'link',
      },
    ],
    stats64: {
      rx: {
        bytes: 28,
        packets: 1,
        errors: 0,
        dropped: 0,
        over_errors: 0,
        multicast: 0,
      },
      tx: {
        bytes: 108,
        packets: 2,
        errors: 3,
        dropped: 4,
        carrier_errors: 0,
        collisions: 0,
      },
    },
  },
  {
    ifindex: 5,
    link_index: 5,
    ifname: 'vxlan0',
    flags: ['BROADCAST', 'MULTICAST'],
    mtu: 1450,
    master: 'br0',
    operstate: 'DOWN',
    address: '8a:30:6b:78:74:c4',
    linkinfo: {
      info_kind: 'vxlan',
      info_data: {
        id: 256,
        port_range: {
          low: 0,
          high: 0,
        },
        port: 4789,
        learning: true,
      },
      info_slave_kind: 'bridge',
    },
    addr_info: [],
  },
]);

describe('The output of ip, bridge and ethtool', () => {
  test('links have their kind, IPv4 addresses and counters; a VXLAN device its VNI and port', () => {
    const [bridge, vxlan] = readLinks(links);
    expect(bridge).toEqual({
      link: {
        name: 'br0',
        kind: 'bridge',
        mac: '8a:30:6b:78:74:c4',
        mtu: 1450,
        isUp: true,
        addresses: ['10.0.9.1/24'],
        received: {
          packets: 1,
          dropped: 0,
          errors: 0,
        },
        sent: {
          packets: 2,
          dropped: 4,
          errors: 3,
        },
      },
      vxlan: undefined,
    });
    expect(vxlan).toMatchObject({
      link: { name: 'vxlan0', isUp: false, addresses: [] },
      vxlan: { vni: 256, port: 4789, local: undefined },
    });
  });

  test("forwarding entries are those of engines, learned ones, and the bridge's half", () => {
    const output = JSON.stringify([
      { mac: '02:42:0a:00:09:03', ifname: 'vxlan0', flags: [], master: 'br0', state: '' },
      {
        mac: '02:42:0a:00:09:03',
        ifname: 'vxlan0',
        dst: '192.168.99.102',
        linkNetNsId: 0,
        flags: ['self'],
        state: 'permanent',
      },
      { mac: '02:42:0a:00:09:04', ifname: 'vxlan0', dst: '192.168.99.102', flags: ['self'] },
    ]);
    expect(readForwarding(output)).toEqual([
      {
        device: 'vxlan0',
        mac: '02:42:0a:00:09:03',
        destination: undefined,
        isPermanent: false,
      },
      {
        device: 'vxlan0',
        mac: '02:42:0a:00:09:03',
        destination: '192.168.99.102',
        isPermanent: true,
      },
      {
        device: 'vxlan0',
        mac: '02:42:0a:00:09:04',
        destination: '192.168.99.102',
        isPermanent: false,
      },
    ]);
  });

  test('neighbor entries may lack a MAC address', () => {
    const output = JSON.stringify([
      { dst: '10.0.9.3', dev: 'vxlan0', lladdr: '02:42:0a:00:09:03', state: ['PERMANENT'] },
      { dst: '10.0.9.9', dev: 'br0', state: ['FAILED'] },
    ]);
    expect(readNeighbors(output)).toEqual([
      {
        address: '10.0.9.3',
        device: 'vxlan0',
        mac: '02:42:0a:00:09:03',
        state: 'PERMANENT',
      },
      { address: '10.0.9.9', device: 'br0', mac: undefined, state: 'FAILED' },
    ]);
  });

  test('routes are those of all tables to other hosts, without local addresses', () => {
    const output = JSON.stringify([
      { dst: 'default', gateway: '192.168.99.1', dev: 'eth1', table: 100, flags: [] },
      {
        dst: '192.168.99.0/24',
        dev: 'eth1',
        protocol: 'kernel',
        scope: 'link',
        prefsrc: '192.168.99.101',
        metrics: [{ mtu: 1400 }],
      },
      { type: 'local', dst: '192.168.99.101', dev: 'eth1', table: 'local' },
      { type: 'blackhole', dst: '10.9.0.0/16' },
    ]);
    expect(readRoutes(output)).toEqual([
      {
        destination: 'default',
        device: 'eth1',
        gateway: '192.168.99.1',
        source: undefined,
        mtu: undefined,
        table: '100',
        protocol: 'boot',
      },
      {
        destination: '192.168.99.0/24',
        device: 'eth1',
        gateway: undefined,
        source: '192.168.99.101',
        mtu: 1400,
        table: 'main',
        protocol: 'kernel',
      },
    ]);
  });

  test('offload settings are read', () => {
    const output =
      '[ { "ifname": "eth1", "rx-checksumming": { "active": true, "fixed": true, "requested": false }, "tx-checksumming": { "active": false, "fixed": null, "requested": null } } ]';
    expect(readOffload(output)).toEqual({ 'rx-checksumming': true, 'tx-checksumming': false });
  });

  test('empty output is an empty list, and anything but a list of the program is refused', () => {
    expect(readForwarding('')).toEqual([]);
    expect(readNeighbors('[]')).toEqual([]);
    expect(() => readNeighbors('[{"dst": 5, "dev": "vxlan0"}]')).toThrow();
    expect(() => readLinks('Object "address" is unknown')).toThrow();
  });
});

describe('The capacity of a neighbor table', () => {
  const table = {
    family: 'inet',
    name: 'arp_cache',
    thresh1: 128,
    thresh2: 512,
    thresh3: 1024,
    entries: 846,
    lookups: 256490,
    forced_gc_runs: 58430,
    table_fulls: 58336,
  };
  const ofDevice = { family: 'inet', name: 'arp_cache', dev: 'lo', reachable: 31460, queue: 101 };

  test('is the number of its entries, with the count of rejected entries', () => {
    expect(readNeighborTable(JSON.stringify([table, ofDevice]))).toEqual({
      capacity: 1024,
      refused: 58336,
    });
  });

  test('is unknown if the kernel does not count', () => {
    expect(readNeighborTable(JSON.stringify([ofDevice]))).toBeUndefined();
    expect(readNeighborTable('')).toBeUndefined();
  });
});
