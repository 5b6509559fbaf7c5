import { joinSwarm } from '../../helpers/cluster/swarm-mode/swarm-mode.ts';
import type { Engine } from '../../helpers/docker/engine.ts';
import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import type { Fault } from './fault.ts';

/** An engine that left its swarm, whose managers have it on their list all the same. */
export function leftSwarm(provider: MachineProvider, manager: Engine, engine: Engine): Fault {
  return {
    name: `${engine.machine.name} has left the swarm`,
    inject: async () => {
      const [id, uses] = await Promise.all([nodeOf(engine), usesOf(engine)]);
      await engine.swarm.leave({ force: true });
      return async () => {
        await manager.nodes.remove(id, { force: true });
        await joinAgain(manager, engine);
        await bringBack(provider, engine, uses);
      };
    },
  };
}

/** An engine that the managers took off their list, and that believes itself to be in the swarm all the same. */
export function expelledFromSwarm(
  provider: MachineProvider,
  manager: Engine,
  engine: Engine,
): Fault {
  return {
    name: `the managers have no node ${engine.machine.name}`,
    inject: async () => {
      const [id, uses] = await Promise.all([nodeOf(engine), usesOf(engine)]);
      await manager.nodes.remove(id, { force: true });
      return async () => {
        await engine.swarm.leave({ force: true });
        await joinAgain(manager, engine);
        await bringBack(provider, engine, uses);
      };
    },
  };
}

async function nodeOf(engine: Engine): Promise<string> {
  const { swarmNode } = await engine.info();
  if (swarmNode === undefined) throw new Error(`${engine.machine.name} is in no swarm`);
  return swarmNode.id;
}

async function joinAgain(manager: Engine, engine: Engine): Promise<void> {
  const { tokens } = await manager.swarm.inspect();
  await joinSwarm(engine, manager, tokens.worker);
}

/** That a container is on a network of the swarm. */
interface Use {
  readonly container: string;
  readonly network: string;
}

async function usesOf(engine: Engine): Promise<Use[]> {
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

/** An engine that leaves takes its containers off the swarm's networks, and brings them back onto none as it joins. */
async function bringBack(
  provider: MachineProvider,
  { machine, containers }: Engine,
  uses: readonly Use[],
): Promise<void> {
  for (const { container, network } of uses) {
    await waitFor(
      `${container} on ${machine.name}: on ${network} again`,
      // A node that has just joined is told of networks a moment later.
      async () => {
        const { networks } = await containers.inspect(container);
        if ((networks[network]?.address ?? '') !== '') return done(undefined);
        await provider.run(machine.name, ['docker', 'network', 'connect', network, container]);
        return notYet('it was connected just now');
      },
      { limit: 60_000, every: 250 },
    );
  }
}
