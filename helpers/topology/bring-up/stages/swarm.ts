import { initSwarm, joinSwarm, waitForSwarm } from '../../../cluster/swarm-mode/swarm-mode.ts';
import type { PlanOf } from '../../../cluster/cluster-plan.ts';
import { connectEngine, type Engine } from '../../../docker/engine.ts';
import type { Machine } from '../../../machine/machine.ts';
import { allSettled } from '../../../process/errors/harness-error.ts';
import { omitUndefined } from '../../../process/omit-undefined.ts';
import type { Topology } from '../../topology.ts';
import { runStage } from './run-stage.ts';

/**
 * Creates the machines of a swarm. The manager's engine creates the swarm as soon as it runs, and the others join in
 * parallel. Ready when the manager lists all as ready nodes and the gossip of each knows every other engine.
 */
export async function bringUpSwarm(
  create: () => readonly Promise<Machine>[],
  topology: Topology,
  { manager: managerName, dataPathPort }: PlanOf<'swarm-mode'>,
  signal: AbortSignal,
): Promise<Machine[]> {
  return await runStage('cluster', async () => {
    const machines = await allSettled('cluster: create its machines', create());
    const engines = machines.map(connectEngine);
    const manager = engines.find(({ machine }) => machine.name === managerName);
    if (manager === undefined) throw new Error(`no machine ${managerName} in the swarm`);
    const tokens = await initSwarm(manager, omitUndefined({ dataPathPort }), { signal });
    await allSettled(
      'cluster: join the swarm',
      engines
        .filter((engine) => engine !== manager)
        .map((engine) => joinSwarm(engine, manager, tokens.worker, {}, { signal })),
    );
    await waitForSwarm(manager, engines, { signal });
    await slowHeartbeat(manager, machines, signal);
    await labelNodes(manager, topology, signal);
    return machines;
  });
}

/** The interval of heartbeats unless it is set, in seconds. */
const HEARTBEAT = 5;

/**
 * Gives slow machines more time between two heartbeats. The managers declare a node that misses three of them down, and
 * move its tasks.
 */
async function slowHeartbeat(
  manager: Engine,
  machines: readonly Machine[],
  signal: AbortSignal,
): Promise<void> {
  const factor = Math.max(...machines.map(({ limitFactor = 1 }) => limitFactor));
  if (factor > 1) await manager.swarm.setHeartbeat(HEARTBEAT * factor, { signal });
}

/** Gives the nodes the labels that the topology has for their machines. */
async function labelNodes(manager: Engine, topology: Topology, signal: AbortSignal): Promise<void> {
  const labeled = topology.machines.filter(({ nodeLabels = [] }) => nodeLabels.length > 0);
  if (labeled.length === 0) return;
  const nodes = await manager.nodes.list({ signal });
  for (const { name, nodeLabels = [] } of labeled) {
    const node = nodes.find(({ hostname }) => hostname === name);
    if (node === undefined) throw new Error(`no node ${name} in the swarm`);
    const labels = Object.fromEntries(nodeLabels.map((one) => one.split(/=(.*)/s, 2)));
    await manager.nodes.update(node.id, { labels }, { signal });
  }
}
