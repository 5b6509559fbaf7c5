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
    const { worker } = await initSwarm(manager, omitUndefined({ dataPathPort }), { signal });
    const workers = engines.filter((engine) => engine !== manager);
    await joinWorkers(workers, { topology, manager, token: worker, engines, signal });
    return machines;
  });
}

/** The swarm that workers join. */
interface JoinedSwarm {
  readonly topology: Topology;
  readonly manager: Engine;
  /** The token of workers. */
  readonly token: string;
  /** All engines of the swarm, with the new ones. */
  readonly engines: readonly Engine[];
  readonly signal: AbortSignal;
}

/** Joins engines to a swarm. Ready when each engine of the swarm knows every other one. */
export async function joinWorkers(
  workers: readonly Engine[],
  { topology, manager, token, engines, signal }: JoinedSwarm,
): Promise<void> {
  await allSettled(
    'cluster: join the swarm',
    workers.map((engine) => joinSwarm(engine, manager, token, {}, { signal })),
  );
  await waitForSwarm(manager, engines, { signal });
  const machines = engines.map(({ machine }) => machine);
  await slowHeartbeat(manager, machines, signal);
  const { name } = manager.machine;
  const names = [...workers.map(({ machine }) => machine.name), name];
  await labelNodes(
    manager,
    topology.machines.filter((one) => names.includes(one.name)),
    signal,
  );
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
async function labelNodes(
  manager: Engine,
  machines: Topology['machines'],
  signal: AbortSignal,
): Promise<void> {
  const labeled = machines.filter(({ nodeLabels = [] }) => nodeLabels.length > 0);
  if (labeled.length === 0) return;
  const nodes = await manager.nodes.list({ signal });
  for (const { name, nodeLabels = [] } of labeled) {
    const node = nodes.find(({ hostname }) => hostname === name);
    if (node === undefined) throw new Error(`no node ${name} in the swarm`);
    const labels = Object.fromEntries(nodeLabels.map((one) => one.split(/=(.*)/s, 2)));
    await manager.nodes.update(node.id, { labels }, { signal });
  }
}
