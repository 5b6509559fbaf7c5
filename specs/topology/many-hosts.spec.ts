import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, onTestFinished, vi } from 'vitest';
import {
  introduce,
  readGossipMembers,
  tellMembers,
} from '../../helpers/cluster/gossip/gossip-members.ts';
import { createNetnsProvider } from '../../helpers/machine/netns/provider.ts';
import type { TopologyDocument } from '../../helpers/topology/document.ts';
import type { Topology } from '../../helpers/topology/topology.ts';
import { expect, test } from './lab.ts';
import { noTraces } from './traces.ts';

const hosts = 4;

const manyHosts: Topology = {
  name: 'many',
  cluster: { kind: 'consul', keystore: 'store', advertise: 'eth1:2376' },
  machines: [{ name: 'store' }],
  networks: [{ name: 'wide', driver: 'overlay', subnet: '10.0.9.0/24', createdOn: 'host-1' }],
  hosts,
  perHost: { network: 'wide', containers: 1 },
};

async function writeTopology(topology: Topology): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'overlay-e2e-topology-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'many.json');
  await writeFile(file, JSON.stringify(topology));
  return file;
}

async function knownTo(address: string): Promise<Set<string>> {
  const known = await readGossipMembers(address);
  return new Set(known.filter(({ state }) => state === 'alive').map((one) => one.address));
}

describe('a cluster of more than three hosts', () => {
  // Two of four engines that start at the same time may choose each other and never find the rest.
  test('has engines that all know each other, and a container on each host', async ({ lab }) => {
    const up = await lab.run('up', await writeTopology(manyHosts), '--json');
    expect(up.exitCode, up.stderr).toBe(0);
    const { machines, workload } = JSON.parse(up.stdout) as TopologyDocument;
    const [, ...addresses] = machines.map(({ address }) => address);
    expect(addresses).toHaveLength(hosts);
    for (const address of addresses) expect(await knownTo(address)).toEqual(new Set(addresses));
    expect(workload.map(({ machine }) => machine)).toEqual([
      'host-1',
      'host-2',
      'host-3',
      'host-4',
    ]);
  });

  // Engines of separate clusters never join each other.
  test('has engines that are introduced to each other even if they did not find each other', async ({
    lab,
  }) => {
    const up = await lab.run('up', '--until', 'keystore', '--json');
    expect(up.exitCode, up.stderr).toBe(0);
    const { machines } = JSON.parse(up.stdout) as TopologyDocument;
    const provider = createNetnsProvider({ store: lab.store });
    const apart = await Promise.all(
      ['one', 'two', 'three'].map(async (name) => {
        const store = `consul://${machines[0]?.address}:8500/${name}`;
        const engineOptions = [`cluster-store=${store}`, 'cluster-advertise=eth1:2376'];
        return (await provider.create({ name, engineOptions })).address;
      }),
    );
    const [one = '', two = '', three = ''] = apart;
    for (const address of apart) {
      await vi.waitFor(async () => expect(await knownTo(address)).toEqual(new Set([address])), {
        timeout: 60_000,
      });
    }
    await introduce(one, two);
    expect(await knownTo(one)).toEqual(new Set([one, two]));
    expect(await knownTo(two)).toEqual(new Set([one, two]));
    await tellMembers(one, three);
    expect(await knownTo(three)).toEqual(new Set(apart));
  });

  test('is refused before it exists if the range of addresses is too small', async ({ lab }) => {
    const up = await lab.run('up', '--hosts', '200');
    expect(up.exitCode).toBe(1);
    expect(up.stderr).toMatch(
      /bring up seed: 201 machines need addresses, and 192\.168\.\d+\.0\/24 has 155 for them\. Name fewer hosts/,
    );
    // The folder itself was there before.
    expect(await lab.traces()).toEqual({ ...noTraces, files: [lab.store] });
  });
});
