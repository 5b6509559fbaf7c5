import { describe, expect, test } from 'vitest';
import { arrivalsFrom } from '../../../../../helpers/check/observe/paths/trials/sniff.ts';
import { withValue } from '../../../../../helpers/check/model/observed.ts';
import { ownAddresses } from '../../../../../helpers/check/derive/own-addresses.ts';
import { hostOf } from '../../observation.ts';
import { link, twoHosts } from '../../compare/kernel/two-hosts.ts';

// Three hosts. A route of worker-host sends packets to master-host from its second address.
const host = (name: string, address: string, more: readonly string[] = []) => {
  const [like] = twoHosts().hosts;
  if (like === undefined || 'missing' in like.kernel) throw new Error('a kernel expected');
  const addresses = [address, ...more].map((one) => `${one}/24`);
  const links = [link('eth1', { addresses }), link('docker0', { addresses: ['172.17.0.1/16'] })];
  return hostOf(name, { address, kernel: withValue({ ...like.kernel.value, links }) });
};
const master = host('master-host', '192.168.105.100');
const worker = host('worker-host', '192.168.105.101', ['192.168.105.222']);
const hosts = [master, worker];

describe('The sender of gossip', () => {
  test('is a host with this address, except for addresses of bridges, which all hosts share', () => {
    expect(hosts.map((one) => ownAddresses(one, hosts))).toEqual([
      ['192.168.105.100', '192.168.105.100'],
      ['192.168.105.101', '192.168.105.101', '192.168.105.222'],
    ]);
  });

  test('is found by any address of its host, and by no other', () => {
    const [sender, receiver] = [worker, master].map((one) => ({
      addresses: ownAddresses(one, hosts),
    }));
    if (sender === undefined || receiver === undefined) throw new Error('two expected');
    const from = (nic: string[], input: string[]) => {
      const nothing = { nic: [], input: [] };
      const heard = new Map([[receiver, { tcp: nothing, udp: { nic, input } }]]);
      return arrivalsFrom(heard, { sender, receiver }, 'udp');
    };
    const second = ['192.168.105.222'];
    expect(from(second, second)).toEqual({ nic: true, input: true });
    expect(from(second, [])).toEqual({ nic: true, input: false });
    expect(from(['192.168.105.102', '172.17.0.1'], [])).toEqual({ nic: false, input: false });
  });
});
