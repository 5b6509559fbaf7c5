import { type Observed, type Value, withValue, withoutValue, valueOf } from '../model/observed.ts';
import type { CallOptions } from '../../docker/connection.ts';
import type { Engine } from '../../docker/engine.ts';
import { PROBE_LABEL } from '../probe/start/describe-probe.ts';
import type { AuditTarget } from '../model/target.ts';
import type { QueriedCluster } from './observation-context.ts';
import { firstLine } from '../../process/errors/harness-error.ts';
import type { SwarmView, SwarmEndpoint } from '../model/views/swarm-view.ts';
import { findDepartures } from './node-departures.ts';
import { traitsOf } from '../model/cluster-traits.ts';

/** Reads the nodes of the swarm from a manager; networks and endpoints come from the engines. */
export async function observeSwarm(
  target: AuditTarget,
  cluster: QueriedCluster,
  signal: AbortSignal,
): Promise<Observed<SwarmView>> {
  if (!traitsOf(cluster).hasManagers) {
    return withoutValue('the cluster is not a swarm', 'not-applicable');
  }
  const { hosts } = cluster;
  const managers = hosts.filter(({ engine }) => valueOf(engine)?.info.swarmNode?.isManager);
  // A manager with an error, such as a lost leader, answers none of these requests.
  const troubled = managers.filter(({ engine }) => valueOf(engine)?.info.swarmError !== '');
  const manager = managers.find((one) => !troubled.includes(one));
  if (manager === undefined && troubled[0] !== undefined) {
    const error = valueOf(troubled[0].engine)?.info.swarmError ?? '';
    return withoutValue(`${troubled[0].name}: ${firstLine(error)}`);
  }
  const engine = target.hosts.find(({ name }) => name === manager?.name)?.engine;
  if (manager === undefined || engine === undefined) {
    return withoutValue('no host whose engine answers is a manager');
  }
  const options = { limit: ANSWER_LIMIT, signal };
  const { systemTime = '' } = valueOf(manager.engine)?.info ?? {};
  const [nodes, services, tasks, own, departures, networks] = await Promise.all([
    engine.nodes.list(options),
    engine.services.list(options).catch(() => undefined),
    engine.services.tasks(undefined, options).catch(() => undefined),
    ownServices(engine, options),
    findDepartures(engine, systemTime, options).catch(() => undefined),
    readNetworks(manager, engine, options),
  ]);
  return withValue({
    manager: manager.name,
    nodes,
    services: services?.filter(({ id }) => !own.has(id)),
    tasks: tasks?.filter(({ serviceId }) => !own.has(serviceId)),
    networks,
    endpoints: endpointsOf(hosts),
    departures,
  });
}

/** Reads nodes and tasks again, after the live probes: anything that has changed until then was temporary. */
export async function observeSwarmAgain(
  target: AuditTarget,
  { value: swarm }: Value<SwarmView>,
  signal: AbortSignal,
): Promise<Observed<SwarmView>> {
  const engine = target.hosts.find(({ name }) => name === swarm.manager)?.engine;
  if (engine === undefined) return withoutValue('no host is a manager');
  const options = { limit: ANSWER_LIMIT, signal };
  const [nodes, services, tasks, own] = await Promise.all([
    engine.nodes.list(options),
    engine.services.list(options).catch(() => undefined),
    engine.services.tasks(undefined, options),
    ownServices(engine, options),
  ]);
  const later = {
    nodes,
    services: services?.filter(({ id }) => !own.has(id)),
    tasks: tasks.filter(({ serviceId }) => !own.has(serviceId)),
  };
  return withValue({ ...swarm, later });
}

/** Returns the services of checks, which are no part of the cluster: `--probe-service`. */
async function ownServices(engine: Engine, options: CallOptions): Promise<ReadonlySet<string>> {
  const found = await engine.services.labelled(PROBE_LABEL, options).catch(() => []);
  return new Set(found.map(({ id }) => id));
}

/**
 * Returns the containers that the manager wants to stop: those of tasks that are to shut down or to be removed, as when a
 * node is drained or a service is scaled down or updated.
 */
export function stoppingContainers(swarm: SwarmView | undefined): readonly string[] | undefined {
  return swarm?.later?.tasks
    .filter(({ desiredState }) => desiredState === 'shutdown' || desiredState === 'remove')
    .flatMap(({ containerId }) => (containerId === '' ? [] : [containerId]));
}

const ANSWER_LIMIT = 15_000;

const VNIS = 'com.docker.network.driver.overlay.vxlanid_list';

async function readNetworks(
  { engine: view }: QueriedCluster['hosts'][number],
  engine: Engine,
  options: CallOptions,
): Promise<SwarmView['networks']> {
  const overlays = (valueOf(view)?.networks ?? []).filter(
    ({ driver, scope }) => driver === 'overlay' && scope === 'swarm',
  );
  return await Promise.all(
    overlays.map(async ({ id, name, subnets, attachable, options: { [VNIS]: vnis }, pools }) => {
      // An engine that counts its own addresses can ask the leader for all of them.
      const counted =
        pools === undefined
          ? undefined
          : await engine.networks.countAddresses(id, options).catch(() => undefined);
      const numbers = (vnis ?? '').split(',').filter((vni) => vni !== '');
      return { id, name, subnets, attachable, vnis: numbers.map(Number), pools: counted };
    }),
  );
}

function endpointsOf(hosts: QueriedCluster['hosts']): SwarmEndpoint[] {
  return hosts.flatMap(({ name: askedHost, engine }) =>
    (valueOf(engine)?.networks ?? []).flatMap(({ id: networkId, tasks }) =>
      tasks.map(({ name, endpointId, address, hostAddress }) => ({
        networkId,
        name,
        endpointId,
        address,
        hostAddress,
        askedHost,
      })),
    ),
  );
}
