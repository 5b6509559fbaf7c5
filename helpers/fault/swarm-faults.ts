import { joinSwarm } from '../cluster/swarm-mode.ts';
import type { Engine } from '../engine/engine.ts';
import type { Fault } from './fault.ts';

/** An engine that left its swarm, whose managers have it on their list all the same. */
export function leftSwarm(manager: Engine, engine: Engine): Fault {
  return {
    name: `${engine.machine.name} has left the swarm`,
    inject: async () => {
      const id = await nodeOf(engine);
      await engine.swarm.leave({ force: true });
      return async () => {
        await manager.nodes.remove(id, { force: true });
        await joinAgain(manager, engine);
      };
    },
  };
}

/** An engine that the managers took off their list, and that believes itself to be in the swarm all the same. */
export function expelledFromSwarm(manager: Engine, engine: Engine): Fault {
  return {
    name: `the managers have no node ${engine.machine.name}`,
    inject: async () => {
      const id = await nodeOf(engine);
      await manager.nodes.remove(id, { force: true });
      return async () => {
        await engine.swarm.leave({ force: true });
        await joinAgain(manager, engine);
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
