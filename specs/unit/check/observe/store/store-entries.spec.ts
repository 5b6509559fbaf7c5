import { describe, expect, test } from 'vitest';
import { readStoreEntries } from '../../../../../helpers/check/observe/store/store-entries.ts';

const NETWORK = 'bfd9d4176f01d3b343de19fa671a518c819df3db794a9470b54af8745d0321ff';
const END = '98fa533434e3103069c30526ebd4c3fc6619f9424395e5ed4a67326ca9f92d59';

/** Written to Consul by an engine of Docker 20.10.5. */
const network = {
  key: `docker/network/v1.0/network/${NETWORK}/`,
  value: `{"addrSpace":"GlobalDefault","attachable":false,"id":"${NETWORK}","ipamType":"default","ipamV4Config":"[{\\"PreferredPool\\":\\"10.0.9.0/24\\",\\"SubPool\\":\\"\\",\\"Gateway\\":\\"\\",\\"AuxAddresses\\":null}]","ipamV4Info":"[{\\"IPAMData\\":\\"{\\\\\\"AddressSpace\\\\\\":\\\\\\"GlobalDefault\\\\\\",\\\\\\"Gateway\\\\\\":\\\\\\"10.0.9.1/24\\\\\\",\\\\\\"Pool\\\\\\":\\\\\\"10.0.9.0/24\\\\\\"}\\",\\"PoolID\\":\\"GlobalDefault/10.0.9.0/24\\"}]","name":"my-net","networkType":"overlay","persist":true,"scope":"global"}`,
};
const overlay = {
  key: `docker/network/v1.0/overlay/network/${NETWORK}/`,
  value:
    '{"mtu":0,"secure":false,"subnets":[{"SubnetIP":"10.0.9.0/24","GwIP":"10.0.9.1/24","Vni":256}]}',
};
const end = {
  key: `docker/network/v1.0/endpoint/${NETWORK}/${END}/`,
  value: `{"anonymous":false,"ep_iface":{"addr":"10.0.9.3/24","dstPrefix":"eth","mac":"02:42:0a:00:09:03","srcName":"vethde1c4ee"},"id":"${END}","locator":"192.168.102.102","name":"mysqlserver","sandbox":"59863ab689cd"}`,
};
const member = { key: 'docker/nodes/192.168.102.101:2376', value: '192.168.102.101:2376' };

describe('The data of engines in a key-value store', () => {
  test('is members, networks with their VNIs, and endpoints with their hosts', () => {
    expect(readStoreEntries([network, overlay, end, member])).toEqual({
      members: [{ advertised: '192.168.102.101:2376' }],
      networks: [
        { id: NETWORK, name: 'my-net', driver: 'overlay', subnets: ['10.0.9.0/24'], vnis: [256] },
      ],
      endpoints: [
        {
          id: END,
          networkId: NETWORK,
          name: 'mysqlserver',
          address: '10.0.9.3',
          mac: '02:42:0a:00:09:03',
          locator: '192.168.102.102',
        },
      ],
      strange: [],
    });
  });

  test('has a subnet even for a network that no engine has used yet', () => {
    const { networks } = readStoreEntries([network]);
    expect(networks).toMatchObject([{ subnets: ['10.0.9.0/24'], vnis: [] }]);
  });

  test('may have keys without a trailing slash, as in ZooKeeper and etcd', () => {
    const bare = [network, overlay, end].map(({ key, value }) => ({
      key: key.replace(/\/$/, ''),
      value,
    }));
    expect(readStoreEntries(bare)).toEqual(readStoreEntries([network, overlay, end]));
  });

  test('is read even if one value has another format', () => {
    const broken = { key: end.key, value: '{"id":1}' };
    const { endpoints: ends, networks, strange } = readStoreEntries([network, overlay, broken]);
    expect({ ends, strange }).toEqual({ ends: [], strange: [end.key] });
    expect(networks).toHaveLength(1);
  });

  test('is ignored if an address, a MAC address or a name is invalid', () => {
    const lies = [
      { ...member, value: '10.0.0.1;id:2376' },
      { ...end, value: end.value.replace('192.168.102.102', '192.168.102.102;id') },
      { ...end, value: end.value.replace('02:42:0a:00:09:03', '$(id)') },
      { ...end, value: end.value.replace('mysqlserver', '-rf') },
    ];
    const { members, endpoints: ends, strange } = readStoreEntries(lies);
    expect({ members, ends }).toEqual({ members: [], ends: [] });
    expect(strange).toHaveLength(lies.length);
  });
});
