import { describe } from 'vitest';
import { readGossipMembers } from '../../helpers/cluster/gossip/gossip-members.ts';
import type { GossipMember } from '../../helpers/cluster/gossip/gossip-protocol.ts';
import { engineOptionsFor } from '../../helpers/cluster/key-value/stores/key-value-store.ts';
import { waitForCluster } from '../../helpers/cluster/key-value/members.ts';
import { createOverlay, waitForNetworkOn } from '../../helpers/cluster/overlay-network.ts';
import { startStore } from '../../helpers/cluster/key-value/stores/start-store.ts';
import { connectEngine, type Engine } from '../../helpers/docker/engine.ts';
import { ping } from '../../helpers/docker/containers/ping.ts';
import { breakCluster } from '../faults/fault.ts';
import { duplicateMember, filterPort } from '../faults/machine-faults.ts';
import { stoppedStore } from '../faults/store-faults.ts';
import type { Machine } from '../../helpers/machine/machine.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import { BUSYBOX } from '../machine/busybox-image.ts';
import { expectReply, runOn, waitForName } from '../swarm-mode/containers.ts';
import { type ConditionsLab, expect, failureOf, test } from './lab.ts';

const network = { name: 'refused', subnet: '10.0.77.0/24' };

describe('Bridge networks are local to their host', () => {
  test('two with equal names and ranges are separate networks, in contrast to an overlay', async ({
    lab,
  }) => {
    const { provider, master, worker } = lab;
    const subnet = '172.30.0.0/24';
    const bridges = await Promise.all(
      [master, worker].map(({ networks }) => networks.create({ name: 'local-net', subnet })),
    );
    const request = { name: 'global-net', subnet: '10.0.78.0/24' };
    const overlay = await createOverlay(master, request, { provider });
    await waitForNetworkOn([master, worker], overlay);
    const near = await runOn(master, 'local-net', 'near');
    const neighbour = await runOn(master, 'local-net', 'neighbour');
    const far = await runOn(worker, 'local-net', 'far', '172.30.0.77');
    const nearGlobal = await runOn(master, 'global-net', 'near-global');
    const farGlobal = await runOn(worker, 'global-net', 'far-global');
    // Removed with the machines: an engine is unreliable after its last container has left an overlay.

    expect(bridges.map(({ scope }) => scope)).toEqual(['local', 'local']);
    expect(new Set(bridges.map(({ id }) => id)).size).toBe(2);

    const farAddress = await far.addressOn('local-net');
    await expectReply(near, 'neighbour', await neighbour.addressOn('local-net'));
    const { received, transcript } = await ping(near, farAddress, { count: 2 });
    expect(received, transcript).toBe(0);
    await waitForName(near, 'far', []);

    await expectReply(nearGlobal, 'far-global', await farGlobal.addressOn('global-net'));
  });
});

describe('An engine without cluster options is reported immediately, with the missing option', () => {
  test('one without any option: neither the cluster nor an overlay accepts it', async ({ lab }) => {
    const { keystore, store } = lab;
    expect(await failureOf(expectCluster(lab, keystore))).toBe(
      `mh-keystore: join the cluster of ${store.url}: its engine runs without cluster-store and cluster-advertise. Set the engine option cluster-store=${store.url} and cluster-advertise=INTERFACE:2376 with the interface of ${keystore.machine.address} (docker-machine create --engine-opt).`,
    );
    expect(await failureOf(create(lab, keystore))).toMatch(
      /^mh-keystore: docker network create refused: the engine is in no cluster.* .*cluster-store and cluster-advertise\.$/,
    );
  });

  test('one without cluster-advertise: its overlays are unknown to other engines', async ({
    lab,
  }) => {
    const [store = ''] = engineOptionsFor(lab.store);
    await using machine = await lab.make('silent', [store]);
    using engine = connectEngine(machine);
    // The engine itself allows it.
    await engine.networks.remove(
      (await engine.networks.create({ ...network, driver: 'overlay' })).id,
    );
    const observed =
      /^silent: join the cluster of consul:\S+: its engine runs without cluster-advertise: .*. Set the engine option cluster-advertise=/;
    expect(await failureOf(expectCluster(lab, engine))).toMatch(observed);
    expect(await failureOf(create(lab, engine))).toMatch(observed);
    expect((await engine.networks.list()).map(({ name }) => name)).not.toContain(network.name);
  });

  test('one with an advertised address that other hosts cannot reach', async ({ lab }) => {
    // The address that VirtualBox assigns to every machine's first interface.
    const options = engineOptionsFor(lab.store, '10.0.2.15:2376');
    await using machine = await lab.make('inward', options);
    using engine = connectEngine(machine);
    expect(await failureOf(expectCluster(lab, engine))).toContain(
      `its engine advertises 10.0.2.15:2376, but its address is ${machine.address}:2376. `,
    );
  });

  test('one with an advertised interface that its machine does not have', async ({ lab }) => {
    const options = engineOptionsFor(lab.store, 'eth9:2376');
    const failure = await failureOf(lab.make('astray', options));
    expect(failure).toMatch(
      /^machine astray: start the engine: .*eth9:2376.* no such network interface/,
    );
    expect(failure).toMatch(
      /\. Set the engine option cluster-advertise to an interface of the machine /,
    );
  });

  test('one with a key-value store at a closed port', async ({ lab }) => {
    const url = lab.store.url.replace(/\d+$/, '8501');
    await using machine = await lab.make('elsewhere', engineOptionsFor({ url }));
    using engine = connectEngine(machine);
    expect(await failureOf(expectCluster(lab, engine))).toBe(
      `elsewhere: join the cluster of ${lab.store.url}: its engine uses the key-value store ${url}. Set the engine option cluster-store=${lab.store.url} (docker-machine create --engine-opt).`,
    );
    expect(await failureOf(create(lab, engine))).toMatch(
      /^elsewhere: docker network create refused: no key-value store answers at consul:.*:8501: connection refused .*\. Check on .* publishes port 8501/,
    );
  });
});

describe('A host without a connection to the key-value store is named, with the port to open', () => {
  test('one whose engine would hang at its start, and one whose engine would hang at a network', async ({
    lab,
    onTestFinished,
  }) => {
    const { provider, store, keystore } = lab;
    onTestFinished(() => provider.remove(['far-host']));
    await using cutOff = await lab.make('cut-off', engineOptionsFor(store));
    using engine = connectEngine(cutOff);
    const far = store.address.replace(/\d+$/, '150');
    const filter = async (from: string) =>
      await breakCluster(filterPort(provider, keystore.machine.name, { port: store.port, from }));
    await using _beforeFar = await filter(far);
    await using _beforeCutOff = await filter(cutOff.address);
    const said = (name: string) =>
      `${name} does not reach the key-value store ${store.url}, although it answers here: timed out after 10 s. Open TCP port 8500 of ${store.address} to ${name}: check firewalls, security groups and routes between them.`;
    expect(
      await Promise.all([failureOf(lab.join('far-host', far)), failureOf(create(lab, engine))]),
    ).toEqual([
      `machine far-host: create: ${said('far-host')}`,
      `cut-off: docker network create refused: ${said('cut-off')}`,
    ]);
    expect((await provider.list()).map(({ name }) => name)).not.toContain('far-host');
  });
});

describe('Two hosts with the same hostname are named', () => {
  test('although the key-value store contains both, and both engines answer', async ({ lab }) => {
    const { provider, store, master, worker } = lab;
    const machines = [master.machine, worker.machine];
    await using _broken = await breakCluster(
      duplicateMember(provider, 'worker-host', 'master-host'),
    );
    // The effect on them, which no request to an engine shows.
    await waitForSilence(machines);
    const members = (await store.readTree('docker/nodes/')).map(({ value }) => value);
    expect(members).toEqual(
      expect.arrayContaining(machines.map(({ address }) => `${address}:2376`)),
    );
    expect(await failureOf(waitForCluster(store, machines, { provider }))).toBe(
      'master-host and worker-host: join one cluster: they share the hostname master-host, but a key-value cluster identifies its members by hostname. Give worker-host a different hostname (hostnamectl set-hostname), and restart the engines of master-host and worker-host.',
    );
  });
});

describe('A key-value store that does not answer is named, with its port and address', () => {
  test('when a network is created, and when a cluster is awaited', async ({ lab }) => {
    const { store, master } = lab;
    await using _broken = await breakCluster(stoppedStore(store, lab.storeContainer));
    const silent = `no key-value store answers at ${store.url}: connection refused (${store.address}:8500). Check on ${store.address} that its container runs and publishes port 8500 (docker ps -a).`;
    expect(await failureOf(create(lab, master))).toBe(
      `master-host: docker network create refused: ${silent}`,
    );
    expect(await failureOf(expectCluster(lab, master))).toBe(`cluster of master-host: ${silent}`);
  });

  test('or whose container ended immediately after its start, with the last line of its log', async ({
    lab: { keystore },
    onTestFinished,
  }) => {
    onTestFinished(async () => await (await keystore.containers.find('brief')).remove());
    const starting = startStore('zookeeper', keystore, { image: BUSYBOX, name: 'brief' });
    expect(await failureOf(starting)).toBe(
      'mh-keystore: container brief: start: ended with exit code 0. Read its log for the reason.',
    );
  });
});

async function expectCluster(lab: ConditionsLab, { machine }: Engine): Promise<void> {
  await waitForCluster(lab.store, [machine], { provider: lab.provider });
}

async function create({ provider }: ConditionsLab, engine: Engine): Promise<unknown> {
  return await createOverlay(engine, network, { provider });
}

/**
 * Waits until the gossip of an engine no longer listens. An engine ends its gossip when it hears of another one with its name:
 * usually both, but only one of them if it ends before the other has its answer.
 */
async function waitForSilence(machines: readonly Machine[]): Promise<void> {
  await waitFor(
    `end of the gossip of ${machines.map(({ name }) => name).join(' or ')}`,
    async () => {
      const members = await Promise.all(machines.map(membersOf));
      return members.includes(undefined) ? done(undefined) : notYet(JSON.stringify(members));
    },
    { limit: 60_000 },
  );
}

/** Undefined if the engine's gossip does not listen. */
async function membersOf({ address }: Machine): Promise<readonly GossipMember[] | undefined> {
  try {
    return await readGossipMembers(address);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error;
    return undefined;
  }
}
