import { initSwarm, joinSwarm, waitForSwarm } from '../../../cluster/swarm-mode/swarm-mode.ts';
import { connectEngine } from '../../../docker/engine.ts';
import type { Machine } from '../../../machine/machine.ts';
import { allSettled } from '../../../process/errors/harness-error.ts';
import { runStage } from './run-stage.ts';

/**
 * Creates the machines of a swarm. The manager's engine creates the swarm as soon as it runs, and the others join in
 * parallel. Ready when the manager lists all as ready nodes and the gossip of each knows every other engine.
 */
export async function bringUpSwarm(
  create: () => readonly Promise<Machine>[],
  managerName: string,
  signal: AbortSignal,
): Promise<Machine[]> {
  return await runStage('cluster', async () => {
    const machines = await allSettled('cluster: create its machines', create());
    const engines = machines.map(connectEngine);
    const manager = engines.find(({ machine }) => machine.name === managerName);
    if (manager === undefined) throw new Error(`no machine ${managerName} in the swarm`);
    const tokens = await initSwarm(manager, {}, { signal });
    await allSettled(
      'cluster: join the swarm',
      engines
        .filter((engine) => engine !== manager)
        .map((engine) => joinSwarm(engine, manager, tokens.worker, {}, { signal })),
    );
    await waitForSwarm(manager, engines, { signal });
    return machines;
  });
}
