import { joinSwarm } from '../../helpers/cluster/swarm-mode/swarm-mode.ts';
import type { Engine } from '../../helpers/docker/engine.ts';
import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import type { Fault } from './fault.ts';

/** An engine that has left its swarm while the managers still list its node. */
export function leftSwarm(provider: MachineProvider, manager: Engine, engine: Engine): Fault {
  return {
    name: `${engine.machine.name} has left the swarm`,
    inject: async () => {
      const [id, uses] = await Promise.all([nodeOf(engine), connectionsOf(engine)]);
      await engine.swarm.leave({ force: true });
      return async () => {
        await manager.nodes.remove(id, { force: true });
        await rejoin(manager, engine);
        await reconnect(provider, engine, uses);
      };
    },
  };
}

/** An engine whose node the managers have removed while the engine still considers itself part of the swarm. */
export function removedFromSwarm(
  provider: MachineProvider,
  manager: Engine,
  engine: Engine,
): Fault {
  return {
    name: `the managers have no node ${engine.machine.name}`,
    inject: async () => {
      const [id, uses] = await Promise.all([nodeOf(engine), connectionsOf(engine)]);
      await manager.nodes.remove(id, { force: true });
      return async () => {
        await engine.swarm.leave({ force: true });
        await rejoin(manager, engine);
        await reconnect(provider, engine, uses);
      };
    },
  };
}

async function nodeOf(engine: Engine): Promise<string> {
  const { swarmNode } = await engine.info();
  if (swarmNode === undefined) throw new Error(`${engine.machine.name} is not part of a swarm`);
  return swarmNode.id;
}

async function rejoin(manager: Engine, engine: Engine): Promise<void> {
  const { tokens } = await manager.swarm.inspect();
  await joinSwarm(engine, manager, tokens.worker);
}

/** A connection of a container to a network of the swarm. */
interface Connection {
  readonly container: string;
  readonly network: string;
}

async function connectionsOf(engine: Engine): Promise<Connection[]> {
  const [networks, containers] = await Promise.all([
    engine.networks.list(),
    engine.containers.list(),
  ]);
  const shared = new Set(
    networks.filter(({ scope }) => scope === 'swarm').map((network) => network.name),
  );
  const all = await Promise.all(containers.map(({ id }) => engine.containers.inspect(id)));
  return all.flatMap(({ name: container, networks: own }) =>
    Object.keys(own).flatMap((network) => (shared.has(network) ? { container, network } : [])),
  );
}

/**
 * Reconnects containers. An engine that leaves a swarm disconnects its containers from the swarm's networks, and does
 * not reconnect them when it joins.
 */
async function reconnect(
  provider: MachineProvider,
  { machine, containers }: Engine,
  uses: readonly Connection[],
): Promise<void> {
  for (const { container, network } of uses) {
    await waitFor(
      `${container} on ${machine.name}: connected to ${network}`,
      // A node that has just joined receives the networks a moment later.
      async () => {
        const { networks } = await containers.inspect(container);
        if ((networks[network]?.address ?? '') !== '') return done(undefined);
        await provider.run(machine.name, ['docker', 'network', 'connect', network, container]);
        return notYet('connected just now');
      },
      { limit: 60_000, every: 250 },
    );
  }
}
