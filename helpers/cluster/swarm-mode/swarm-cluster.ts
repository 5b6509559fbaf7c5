import type { Engine } from '../../docker/engine.ts';
import type { NodeFacts } from '../../docker/swarm/nodes.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { connectFromMachine } from '../request-from-machine.ts';
import type { Cluster, ClusterStore } from '../cluster.ts';
import type { SwarmModePlan } from './kind.ts';
import { MANAGER_PORT, readPeers } from './swarm-mode.ts';

/** Opens the cluster of engines that are nodes of one swarm. */
export function openSwarmCluster(
  plan: SwarmModePlan,
  manager: Engine,
  engines: readonly Engine[],
): Cluster {
  const readNodes = async () => await manager.nodes.list();
  return {
    plan,
    scope: 'swarm',
    engines,
    creator: manager,
    irremovableOverlays: undefined,
    store: openSwarmStore(manager),
    readMembers: async () =>
      (await readNodes()).map(({ hostname, address, state, availability }) => ({
        name: hostname,
        address,
        state: availability === 'active' ? state : availability,
      })),
    describeMember: ({ machine: { name, address } }) => ({ name, address, state: 'ready' }),
    readMembership: async (engine) => {
      const { swarm, swarmNode, clusterStore } = await engine.info();
      const { id, address, isManager, managers } = swarmNode ?? {};
      return { swarm, id, address, isManager, managers, clusterStore };
    },
    describeMembership: async ({ machine: { name, address } }) => {
      const node = (await readNodes()).find((one) => one.hostname === name);
      return {
        swarm: 'active',
        id: node?.id,
        address,
        isManager: name === plan.manager,
        managers: [`${manager.machine.address}:${MANAGER_PORT}`],
        clusterStore: undefined,
      };
    },
    readGossipPeers: async (engine) => {
      const [peers, nodes] = await Promise.all([readPeers(engine), readNodes()]);
      return peers.map((address) => ({ name: nameAt(nodes, address), address, state: 'alive' }));
    },
    describeGossipPeer: ({ machine: { name, address } }) => ({ name, address, state: 'alive' }),
    useNetwork: async (engine, network) => {
      if (engine.machine.name === plan.manager) return { [Symbol.asyncDispose]: async () => {} };
      const container = await engine.containers.run({
        name: `uses-${network}`,
        image: await findImage(engine),
        network,
        entrypoint: ['sleep'],
        command: ['infinity'],
      });
      return { [Symbol.asyncDispose]: async () => await container.remove() };
    },
  };
}

/** Opens the store of a swarm: the managers' Raft log, which holds configs next to nodes and networks. */
function openSwarmStore(manager: Engine): ClusterStore {
  return {
    machine: manager.machine,
    port: MANAGER_PORT,
    container: undefined,
    // Its version is the version of the engine.
    describe: async () => await Promise.resolve('swarm mode'),
    servers: async () =>
      (await manager.nodes.list()).flatMap(({ address, manager: isManager }) =>
        isManager === undefined
          ? []
          : { name: `${address}:${MANAGER_PORT}`, leads: isManager.leader && isManager.reachable },
      ),
    write: async (key, value) => {
      await manager.configs.create(nameOf(key), value);
    },
    read: async (key) => await manager.configs.read(nameOf(key)),
    remove: async (key) => await manager.configs.remove(nameOf(key)),
    readFrom: async (origin, key) => {
      // Workers cannot read it. The test for them is the connection to the managers' port.
      await connectFromMachine(origin, { address: manager.machine.address, port: MANAGER_PORT });
      return await manager.configs.read(nameOf(key));
    },
  };
}

function nameAt(nodes: readonly NodeFacts[], address: string): string {
  return nodes.find((node) => node.address === address)?.hostname ?? '(not a node of the swarm)';
}

/** Returns any image that the engine has, for a container that only joins a network. */
async function findImage(engine: Engine): Promise<string> {
  const [first] = await engine.containers.list();
  if (first !== undefined) return first.image;
  throw new HarnessError({
    code: 'image-unknown',
    tried: `${engine.machine.name}: run a container on a network`,
    observed: 'it has no container whose image could be used',
    hint: 'run the workload first',
  });
}

/** Returns a valid name of a config, which has no slash. */
function nameOf(key: string): string {
  return key.replaceAll('/', '.');
}
