import { type Observed, type Seen, seen, unseen, whatWasSeen } from '../model/observed.ts';
import type { AuditTarget } from '../model/target.ts';
import type { Asked } from './round.ts';
import type { SwarmView, SwarmEnd } from '../model/swarm-view.ts';

/** Reads the nodes of the swarm from a manager; networks and endpoints come from the engines. */
export async function observeSwarm(
  target: AuditTarget,
  { kind, hosts }: Asked,
  signal: AbortSignal,
): Promise<Observed<SwarmView>> {
  if (kind !== 'swarm-mode') return unseen('the cluster is not a swarm', 'inapplicable');
  const manager = hosts.find(({ engine }) => whatWasSeen(engine)?.info.swarmNode?.isManager);
  const engine = target.hosts.find(({ name }) => name === manager?.name)?.engine;
  if (manager === undefined || engine === undefined) {
    return unseen('no host whose engine answers is a manager');
  }
  const nodes = await engine.nodes.list({ limit: ANSWER_LIMIT, signal });
  return seen({ manager: manager.name, nodes, networks: networksOf(manager), ends: endsOf(hosts) });
}

/**
 * Asks the manager which containers it wants to stop: those of tasks that are to shut down or to be removed, as when a node
 * is drained or a service is scaled down or updated.
 */
export async function observeStopping(
  target: AuditTarget,
  { seen: swarm }: Seen<SwarmView>,
  signal: AbortSignal,
): Promise<Observed<readonly string[]>> {
  const engine = target.hosts.find(({ name }) => name === swarm.manager)?.engine;
  if (engine === undefined) return unseen('no host is a manager');
  const tasks = await engine.services.tasks(undefined, { limit: ANSWER_LIMIT, signal });
  return seen(
    tasks
      .filter(({ desiredState }) => desiredState === 'shutdown' || desiredState === 'remove')
      .flatMap(({ containerId }) => (containerId === '' ? [] : [containerId])),
  );
}

const ANSWER_LIMIT = 15_000;

const VNIS = 'com.docker.network.driver.overlay.vxlanid_list';

function networksOf({ engine }: Asked['hosts'][number]): SwarmView['networks'] {
  return (whatWasSeen(engine)?.networks ?? [])
    .filter(({ driver, scope }) => driver === 'overlay' && scope === 'swarm')
    .map(({ id, name, subnets, attachable, options }) => {
      const vnis = (options[VNIS] ?? '').split(',').filter((vni) => vni !== '');
      return { id, name, subnets, attachable, vnis: vnis.map(Number) };
    });
}

function endsOf(hosts: Asked['hosts']): SwarmEnd[] {
  return hosts.flatMap(({ name: askedHost, engine }) =>
    (whatWasSeen(engine)?.networks ?? []).flatMap(({ id: networkId, tasks }) =>
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
