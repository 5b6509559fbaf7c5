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

test('peers with an unknown address are omitted, and invalid ones are an error', async () => {
  let peers = ['192.168.99.101', 'unknown', '<nil>'];
  const { engine } = await serveEngine((_, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ ...network, Peers: peers.map((IP) => ({ Name: 'x', IP })) }));
  });
  expect((await engine.networks.inspect('my-net')).peers).toEqual(['192.168.99.101']);
  peers = ['192.168.99.101; reboot'];
  await expect(engine.networks.inspect('my-net')).rejects.toThrow('not an IP address');
});
