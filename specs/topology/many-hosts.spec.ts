import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { readGossipMembers } from '../../helpers/cluster/gossip/gossip-members.ts';
import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { createNetnsProvider } from '../../helpers/machine/netns/provider.ts';
import type { TopologyDocument } from '../../helpers/topology/document.ts';
import type { Topology } from '../../helpers/topology/topology.ts';
import { expect, test } from './lab.ts';

const hosts = ['first', 'second', 'third', 'fourth'];

const manyHosts: Topology = {
  name: 'many',
  cluster: { kind: 'consul', keystore: 'store', advertise: 'eth1:2376' },
  machines: ['store', ...hosts].map((name) => ({ name })),
  networks: [{ name: 'wide', driver: 'overlay', subnet: '10.0.9.0/24', createdOn: 'first' }],
  workload: {
    network: 'wide',
    application: { container: 'shop', machine: 'first' },
    database: { container: 'stock', machine: 'second' },
  },
};

describe('a cluster of more than three hosts', () => {
  // Two of four engines that start at the same time may choose each other and never find the rest.
  test('starts its engines one after the other, so that no group of them is isolated', async ({
    lab,
    onTestFinished,
  }) => {
    const folder = await mkdtemp(join(tmpdir(), 'overlay-e2e-topology-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'many.json');
    await writeFile(file, JSON.stringify(manyHosts));
    const up = await lab.run('up', file, '--until', 'cluster', '--json');
    expect(up.exitCode, up.stderr).toBe(0);
    const { machines } = JSON.parse(up.stdout) as TopologyDocument;
    const [, ...addresses] = machines.map(({ address }) => address);

    const provider = createNetnsProvider({ store: lab.store });
    const starts = await Promise.all(hosts.map((name) => readStart(provider, name)));
    for (const [index, { begun }] of starts.slice(1).entries()) {
      expect(begun > (starts[index]?.listening ?? ''), JSON.stringify(starts)).toBe(true);
    }

    for (const address of addresses) {
      const known = (await readGossipMembers(address)).filter(({ state }) => state === 'alive');
      expect(new Set(known.map((one) => one.address))).toEqual(new Set(addresses));
    }
  });
});

/**
 * Returns the times when an engine was started and when it was ready, from its own log: the machines share one clock.
 */
async function readStart(provider: MachineProvider, name: string) {
  const { stdout: log } = await provider.run(name, ['cat', '/var/log/docker.log']);
  const timeOf = (message: string) =>
    new RegExp(`^time="([^"]+)" .*msg="${message}`, 'm').exec(log)?.[1] ?? `no "${message}"`;
  return { name, begun: timeOf('Starting up'), listening: timeOf('API listen on') };
}
