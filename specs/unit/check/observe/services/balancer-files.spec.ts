import { describe, expect, test } from 'vitest';
import {
  readBalancerRules,
  readMeshRules,
  readLocalAddresses,
  readVirtualServices,
} from '../../../../../helpers/check/observe/services/balancer-files.ts';
import {
  fibTrie,
  ipVs,
  ipVsOfMesh,
  natOfHost,
  rules,
  rulesOfMesh,
} from '../../services/recorded.ts';

describe('The files of a load balancer', () => {
  test('/proc/net/ip_vs has virtual services by their marks, with their real servers', () => {
    expect(readVirtualServices(ipVs)).toEqual([
      {
        mark: 0x103,
        servers: [
          { address: '10.30.0.4', weight: 1, forward: 'Masq' },
          { address: '10.30.0.3', weight: 1, forward: 'Masq' },
        ],
      },
    ]);
    expect(
      readVirtualServices(ipVsOfMesh).map(({ mark, servers }) => [mark, servers.length]),
    ).toEqual([
      [0x104, 1],
      [0x106, 2],
    ]);
  });

  test('real servers of virtual services without a mark, and of IPv6, are left out', () => {
    const others = `FWM  00000103 rr 
  -> [fd000000000000000000000000000001]:0000      Masq    1      0          0         
TCP  0A1E0002:0050 rr 
  -> 0A1E0009:0050      Masq    1      0          0         
FWM  00000105 wrr ops
  -> 0A1E0007:0000      Route   0      3          1         
`;
    expect(readVirtualServices(others)).toEqual([
      { mark: 0x103, servers: [] },
      { mark: 0x105, servers: [{ address: '10.30.0.7', weight: 0, forward: 'Route' }] },
    ]);
  });

  test('a flood of virtual services is cut, and an invalid line is ignored', () => {
    const flood = Array.from({ length: 20_000 }, (_, mark) => {
      return `FWM  ${mark.toString(16).toUpperCase().padStart(8, '0')} rr \n  -> XYZ:0000 Masq 1 0 0 \n`;
    });
    const read = readVirtualServices(flood.join(''));
    expect(read).toHaveLength(10_000);
    expect(read[0]).toEqual({ mark: 0, servers: [] });
  });

  test("/proc/net/fib_trie has the namespace's own addresses, each once", () => {
    expect(readLocalAddresses(fibTrie)).toEqual(['10.30.0.2', '10.30.0.6', '127.0.0.1']);
  });

  test('iptables-save has the rules that mark packets and rewrite their sources', () => {
    expect(readBalancerRules(rules)).toEqual({
      marks: [{ by: 'address', chain: 'INPUT', address: '10.30.0.2', mark: 0x103 }],
      sources: ['10.30.0.6'],
    });
    expect(readBalancerRules(rulesOfMesh).marks).toContainEqual({
      by: 'port',
      chain: 'PREROUTING',
      protocol: 'tcp',
      port: 8080,
      mark: 0x106,
    });
  });

  test('iptables-save of a host has the rules that lead to the routing mesh', () => {
    expect(readMeshRules(natOfHost)).toEqual({
      hasChain: true,
      isReached: true,
      ports: [
        { protocol: 'tcp', port: 8080, destination: '172.18.0.2' },
        { protocol: 'tcp', port: 8081, destination: '172.18.0.2' },
      ],
    });
    const flushed = natOfHost.replaceAll(/^-A .*\n/gm, '');
    expect(readMeshRules(flushed)).toEqual({ hasChain: true, isReached: false, ports: [] });
    expect(readMeshRules('')).toEqual({ hasChain: false, isReached: false, ports: [] });
  });

  test('rules that mark a part of the packets, or only some bits, lead to no service', () => {
    const partial = `-A INPUT -s 10.30.0.9/32 -d 10.30.0.2/32 -j MARK --set-xmark 0x103/0xffffffff
-A INPUT -d 10.30.0.2/32 -j MARK --set-xmark 0x1/0x1
-A INPUT -d 10.30.0.0/24 -j MARK --set-xmark 0x103/0xffffffff
-A FORWARD -d 10.30.0.2/32 -j MARK --set-xmark 0x103/0xffffffff
`;
    expect(readBalancerRules(partial)).toEqual({ marks: [], sources: [] });
  });
});
