import { expect, test } from 'vitest';
import { serveEngine } from './serve-engine.ts';

const network = {
  Name: 'my-net',
  Id: 'f65940ce7fff',
  Driver: 'overlay',
  Scope: 'swarm',
  Attachable: true,
  Internal: false,
  Ingress: false,
  IPAM: { Config: [{ Subnet: '10.0.9.0/24', Gateway: '10.0.9.1' }] },
  Options: {},
  Labels: {},
  Containers: {},
};

test('peers with an unknown address are only counted, and invalid ones are an error', async () => {
  let peers = ['192.168.99.101', 'unknown', '<nil>'];
  const { engine } = await serveEngine((_, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ ...network, Peers: peers.map((IP) => ({ Name: 'x', IP })) }));
  });
  expect(await engine.networks.inspect('my-net')).toMatchObject({
    peers: ['192.168.99.101'],
    peersWithoutAddress: 2,
  });
  peers = ['192.168.99.101; reboot'];
  await expect(engine.networks.inspect('my-net')).rejects.toThrow('not an IP address');
});

test('a manager of Docker 29 counts addresses of all hosts when it gets a part of the ID', async () => {
  const asked: string[] = [];
  const { engine } = await serveEngine(({ url = '' }, response) => {
    asked.push(url);
    const free = url.endsWith(network.Id) ? 251 : 249;
    const Subnets = { '10.0.9.0/24': { IPsInUse: 256 - free, DynamicIPsAvailable: free } };
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ ...network, Status: { IPAM: { Subnets } } }));
  });
  expect((await engine.networks.inspect(network.Id)).pools).toEqual([
    { subnet: '10.0.9.0/24', free: 251 },
  ]);
  expect(await engine.networks.countAddresses(network.Id)).toEqual([
    { subnet: '10.0.9.0/24', free: 249 },
  ]);
  expect(asked).toHaveLength(2);
});

test('an older engine counts no addresses, and an invalid count is an error', async () => {
  let status: object | undefined;
  const { engine } = await serveEngine((_, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ ...network, Status: status }));
  });
  expect(await engine.networks.countAddresses(network.Id)).toBeUndefined();
  for (const Subnets of [
    { '10.0.9.0/24; reboot': { DynamicIPsAvailable: 1 } },
    { '10.0.9.0/24': { DynamicIPsAvailable: -1 } },
  ]) {
    status = { IPAM: { Subnets } };
    await expect(engine.networks.countAddresses(network.Id)).rejects.toThrow('Status');
  }
});

test('the pool of an IPv6 subnet may have more addresses than a safe integer', async () => {
  const { engine } = await serveEngine((_, response) => {
    response.setHeader('Content-Type', 'application/json');
    const Subnets =
      '{ "fd66::/64": { "IPsInUse": 3, "DynamicIPsAvailable": 18446744073709551613 } }';
    const text = JSON.stringify({ ...network, Status: { IPAM: { Subnets: 'here' } } });
    response.end(text.replace('"here"', Subnets));
  });
  const [pool] = (await engine.networks.inspect(network.Id)).pools ?? [];
  expect(pool?.subnet).toBe('fd66::/64');
  expect(pool?.free).toBeGreaterThan(1.8e19);
});
