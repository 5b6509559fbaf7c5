import { onTestFinished } from 'vitest';
import { constrainTo } from '../../helpers/cluster/classic-swarm/classic-swarm.ts';
import type { Engine } from '../../helpers/docker/engine.ts';
import { BUSYBOX } from '../machine/busybox-image.ts';
import { expect, test } from './swarm.ts';

const NETWORK = 'swarm-net';

/** An agent's container, as docker-machine creates it. */
const AGENT = {
  name: 'swarm-agent',
  state: 'running',
  restart: { Name: 'always', MaximumRetryCount: 0 },
};

test("docker info through the manager lists two healthy nodes at their engines' addresses", async ({
  swarm: { manager, master, worker },
}) => {
  const { serverVersion, systemStatus } = await manager.engine.info();
  expect(serverVersion).toMatch(/^swarm\/1\.2\.\d/);
  expect(systemStatus).toContainEqual(['Nodes', '2']);
  const engines = [master, worker].map(async (engine) => {
    const { id, serverVersion: version } = await engine.info();
    const { name, address } = engine.machine;
    return {
      name,
      address: `${address}:2376`,
      state: 'Healthy',
      error: undefined,
      engineId: id,
      engineVersion: version,
      containers: (await engine.containers.list()).length,
      labels: expect.objectContaining({ provider: 'netns' }),
    };
  });
  expect(await manager.readNodes()).toEqual(await Promise.all(engines));
});

test("the manager and the agents run on docker-machine's hosts, and start with their engines", async ({
  swarm: { master, worker },
}) => {
  expect(await readRestarting(worker)).toEqual([AGENT]);
  expect(await readRestarting(master)).toEqual([AGENT, { ...AGENT, name: 'swarm-agent-master' }]);
});

test('an overlay created through the manager has one ID on both engines, and is listed once', async ({
  swarm: { manager, master, worker },
}) => {
  const made = await manager.engine.networks.create({
    name: NETWORK,
    driver: 'overlay',
    subnet: '10.0.11.0/24',
  });
  onTestFinished(() => manager.engine.networks.remove(made.id));
  for (const engine of [master, worker]) {
    expect(await engine.networks.inspect(NETWORK), engine.machine.name).toMatchObject({
      id: made.id,
      driver: 'overlay',
      scope: 'global',
      subnets: ['10.0.11.0/24'],
    });
  }
  const listed = (await manager.engine.networks.list()).map(({ name, id }) => ({ name, id }));
  const expected = await Promise.all(
    [master, worker].map(async (engine) =>
      (await engine.networks.list())
        .filter(({ name }) => name !== NETWORK)
        .map(({ name, id }) => ({ name: `${engine.machine.name}/${name}`, id })),
    ),
  );
  expect(byName(listed)).toEqual(byName([...expected.flat(), { name: NETWORK, id: made.id }]));
  expect(listed.map(({ name }) => name)).toContain('master-host/bridge');
});

test('a container with a constraint runs on that node, and docker ps shows the name of the node', async ({
  swarm: { manager, master, worker },
}) => {
  for (const [node, name] of [
    ['worker-host', 'mysqlserver'],
    ['master-host', 'tomcat-app'],
    ['worker-host', 'second'],
  ] as const) {
    const container = await manager.engine.containers.run({
      name,
      image: BUSYBOX,
      command: ['sh', '-c', 'trap exit TERM; while :; do busybox sleep 0.1; done'],
      env: constrainTo(node),
    });
    onTestFinished(() => container.remove());
  }
  const onMaster = ['swarm-agent', 'swarm-agent-master', 'tomcat-app'];
  const onWorker = ['mysqlserver', 'second', 'swarm-agent'];
  expect(await namesOn(master)).toEqual(onMaster);
  expect(await namesOn(worker)).toEqual(onWorker);
  expect(await namesOn(manager.engine)).toEqual([
    ...onMaster.map((name) => `master-host/${name}`),
    ...onWorker.map((name) => `worker-host/${name}`),
  ]);
});

test('a container for an unknown node is rejected in one line', async ({ swarm: { manager } }) => {
  const run = manager.engine.containers.run({ image: BUSYBOX, env: constrainTo('nowhere') });
  await expect(run).rejects.toThrow(
    /^Swarm of master-host: docker run \S+: Unable to find a node that satisfies the following conditions .*\[node==nowhere[^\n]*$/,
  );
});

test('a worker with a stopped engine is unhealthy with the reason, and healthy after a restart', async ({
  swarm: { provider, manager, master, worker },
}) => {
  const [one, other] = [master, worker].map(({ machine }) => `${machine.address}:2376`);
  onTestFinished(() => provider.start('worker-host'));
  await provider.run('worker-host', ['service', 'docker', 'stop']);
  await manager.waitForNodes({ [`${one}`]: 'Healthy', [`${other}`]: 'Unhealthy' });
  const unhealthy = (await manager.readNodes()).find(({ address }) => address === other);
  expect(unhealthy?.error).toMatch(/Cannot connect to the Docker daemon/);
  const run = manager.engine.containers.run({ image: BUSYBOX, env: constrainTo('worker-host') });
  await expect(run, 'it takes no containers').rejects.toThrow(/Unable to find a node/);
  await provider.stop('worker-host');
  await provider.start('worker-host');
  expect(await readRestarting(worker), 'its agent came with its engine').toEqual([AGENT]);
  await manager.waitForNodes({ [`${one}`]: 'Healthy', [`${other}`]: 'Healthy' });
});

async function namesOn(engine: Engine): Promise<string[]> {
  return (await engine.containers.list()).map(({ name }) => name).toSorted();
}

/** Returns all containers of an engine, the newest first, with their restart policies. */
async function readRestarting(engine: Engine) {
  const containers = await engine.containers.list();
  return await Promise.all(
    containers.map(async ({ id, name, state }) => {
      const { hostConfig } = await (await engine.containers.find(id)).inspect();
      return { name, state, restart: hostConfig['RestartPolicy'] };
    }),
  );
}

function byName<T extends { readonly name: string }>(list: readonly T[]): T[] {
  return list.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
