import { describe } from 'vitest';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import { clusterKindOf, keystoreOf } from '../../helpers/cluster/cluster-plan.ts';
import { createOverlay, removeOverlay } from '../../helpers/cluster/overlay-network.ts';
import type { Engine } from '../../helpers/docker/engine.ts';
import { attach } from '../../helpers/report/results/evidence.ts';
import { expect, type Lab, test } from './lab.ts';

describe('the overlay network my-net', () => {
  test('is known on both hosts with the same ID, once each', async ({ lab }) => {
    const known = await Promise.all(
      lab.hosts.map(async ({ machine, networks }) => {
        const namesakes = (await networks.list()).filter(({ name }) => name === 'my-net');
        return { machine: machine.name, ids: namesakes.map(({ id }) => id) };
      }),
    );
    expect(lab.document.networks).toMatchObject([{ name: 'my-net' }]);
    const [{ id } = { id: '' }] = lab.document.networks;
    // 64 hexadecimal digits; in swarm mode 25 characters.
    expect(id).toMatch(/^([0-9a-f]{64}|[0-9a-z]{25})$/);
    expect(known).toEqual(lab.hosts.map(({ machine: { name } }) => ({ machine: name, ids: [id] })));
  });

  test('has the driver overlay, the scope of the cluster and the subnet 10.0.9.0/24 on both hosts', async ({
    lab,
  }) => {
    for (const { machine, networks } of lab.hosts) {
      const network = await networks.inspect('my-net');
      await attach(`network inspect my-net on ${machine.name}`, network.raw);
      const { driver, scope } = network;
      expect({ driver, scope }, machine.name).toEqual({
        driver: 'overlay',
        scope: lab.cluster.scope,
      });
      expect(network.subnets, machine.name).toEqual(['10.0.9.0/24']);
    }
  });

  test('is unknown to the engine of the keystore', async ({ lab, skip }) => {
    const keystore = keystoreOf(lab.document.cluster);
    if (keystore === undefined) {
      skip('swarm mode has no machine outside of the swarm');
      return;
    }
    const names = (await lab.engine(keystore).networks.list()).map(({ name }) => name);
    expect(names.toSorted()).toEqual(['bridge', 'host', 'none']);
  });

  test('appears on the other host with the same ID after its creation, until it is removed', async ({
    lab,
    skip,
    onTestFinished,
  }) => {
    skipWhereOverlaysStay(lab, skip);
    const { creator, other } = farHosts(lab);
    const created = await makeOverlay(lab, { name: 'made-there', subnet: '10.0.10.0/24' });
    onTestFinished(async () => {
      const left = (await creator.networks.list()).filter(({ id }) => id === created.id);
      for (const { id } of left) await removeOverlay(creator, id);
    });
    const seen = await whileUsing(lab, other, 'made-there', () =>
      waitFor(
        `${other.machine.name}: made-there appears`,
        async () => done(await other.networks.inspect('made-there')),
        { limit: 25_000 },
      ),
    );
    expect(seen).toMatchObject({ id: created.id, driver: 'overlay', subnet: '10.0.10.0/24' });

    await removeOverlay(creator, created.id);
    await waitFor(
      `${other.machine.name}: made-there disappears`,
      async () => {
        const names = (await other.networks.list()).map(({ name }) => name);
        return names.includes('made-there') ? notYet(names.join(', ')) : done(undefined);
      },
      { limit: 25_000 },
    );
  });

  test('does not make a bridge network visible on other hosts', async ({
    lab,
    skip,
    onTestFinished,
  }) => {
    skipWhereOverlaysStay(lab, skip);
    const { creator, other } = farHosts(lab);
    const bridge = await creator.networks.create({ name: 'beside', driver: 'bridge' });
    onTestFinished(() => creator.networks.remove(bridge.id));
    expect(bridge).toMatchObject({ driver: 'bridge', scope: 'local' });
    expect((await creator.networks.list()).map(({ name }) => name)).toContain('beside');

    // This overlay is created later and has reached the other host, so the bridge network would have, too.
    const later = await makeOverlay(lab, { name: 'after-beside', subnet: '10.0.11.0/24' });
    onTestFinished(() => removeOverlay(creator, later.id));
    const there = await whileUsing(lab, other, 'after-beside', () =>
      waitFor(
        `${other.machine.name}: after-beside appears`,
        async () => {
          const names = (await other.networks.list()).map(({ name }) => name);
          return names.includes('after-beside') ? done(names) : notYet(names.join(', '));
        },
        { limit: 25_000 },
      ),
    );
    expect(there).not.toContain('beside');
  });
});

function skipWhereOverlaysStay({ cluster }: Lab, skip: (why: string) => void): void {
  if (cluster.irremovableOverlays !== undefined) skip(cluster.irremovableOverlays);
}

/** Returns the host that creates networks, and another host, which learns of them. */
function farHosts({ cluster, hosts }: Lab): { creator: Engine; other: Engine } {
  const { creator } = cluster;
  const other = hosts.find(({ machine }) => machine.name !== creator.machine.name);
  if (other === undefined) throw new Error('two hosts expected');
  return { creator, other };
}

async function makeOverlay({ cluster }: Lab, request: { name: string; subnet: string }) {
  return await createOverlay(cluster.creator, {
    ...request,
    ...clusterKindOf(cluster.plan).overlayOptions,
  });
}

/** Runs a function while the engine can know the network. */
async function whileUsing<T>(
  { cluster }: Lab,
  engine: Engine,
  network: string,
  look: () => Promise<T>,
): Promise<T> {
  await using _use = await cluster.useNetwork(engine, network);
  return await look();
}
