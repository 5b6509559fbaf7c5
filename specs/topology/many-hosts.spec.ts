import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from 'vitest';
import { z } from 'zod';
import { readGossipMembers } from '../../helpers/cluster/gossip-members.ts';
import type { TopologyDocument } from '../../helpers/topology/document.ts';
import type { Topology } from '../../helpers/topology/topology.ts';
import { fetchText } from '../seed/fetch-text.ts';
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

const entries = z.array(z.object({ Value: z.base64().nullable(), CreateIndex: z.number() }));

describe('A cluster of more than three hosts', () => {
  // Two of four that start at once may pick each other, and never meet the rest.
  test('gets its engines one after the other, so that no part of it never meets the rest', async ({
    lab,
  }) => {
    const file = join(lab.store, 'many.json');
    await writeFile(file, JSON.stringify(manyHosts));
    const up = await lab.run('up', file, '--until', 'cluster', '--json');
    expect(up.exitCode, up.stderr).toBe(0);
    const { machines } = JSON.parse(up.stdout) as TopologyDocument;
    const [store = '', ...addresses] = machines.map(({ address }) => address);

    const { body } = await fetchText(`http://${store}:8500/v1/kv/docker/nodes?recurse`);
    const inOrder = entries
      .parse(JSON.parse(body))
      .toSorted((one, other) => one.CreateIndex - other.CreateIndex)
      // The folder itself is a key, too.
      .flatMap(({ Value }) => (Value === null ? [] : Buffer.from(Value, 'base64').toString()));
    expect(inOrder).toEqual(addresses.map((address) => `${address}:2376`));

    for (const address of addresses) {
      const known = (await readGossipMembers(address)).filter(({ state }) => state === 'alive');
      expect(new Set(known.map((one) => one.address))).toEqual(new Set(addresses));
    }
  });
});
