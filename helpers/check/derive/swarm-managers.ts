import type { NodeFacts } from '../../docker/swarm/nodes.ts';
import { memoize } from './memoize.ts';
import type { Observation } from '../model/observation.ts';
import { valueOf } from '../model/observed.ts';
import type { SwarmView } from '../model/views/swarm-view.ts';

/** A swarm without a majority of its managers: nothing in it can change. */
export interface LostQuorum {
  /** The addresses of its managers. */
  readonly managers: readonly string[];
  /** The managers that the others do not reach; undefined if no manager says it. */
  readonly unreachable: readonly string[] | undefined;
  /** The host of a manager that is left. */
  readonly manager: string;
  /** The error that its engine reports, if it does. */
  readonly error: string | undefined;
}

/** Returns the swarm's lost majority; undefined if it has one, or if no manager answers. */
export const lostQuorumOf = memoize((observation: Observation): LostQuorum | undefined => {
  const swarm = valueOf(observation.swarm);
  if (swarm !== undefined) {
    const managers = managerNodes(swarm.nodes);
    const unreachable = unreachableManagers(swarm);
    // A leader without its majority remains one for a few seconds.
    if (unreachable.length === 0 || unreachable.length * 2 < managers.length) return undefined;
    return {
      managers: managers.map(addressOf),
      unreachable: unreachable.map(addressOf),
      manager: swarm.manager,
      error: undefined,
    };
  }
  const left = observation.hosts.flatMap(({ name, engine }) => {
    const { swarmError = '', swarmNode } = valueOf(engine)?.info ?? {};
    const hasNoLeader = swarmNode?.isManager === true && /does not have a leader/.test(swarmError);
    return hasNoLeader
      ? { manager: name, error: swarmError, managers: swarmNode.managers.map(withoutPort) }
      : [];
  });
  const [first] = left;
  return first && { ...first, unreachable: undefined };
});

/** Returns the managers that the queried one does not reach, at both reads. */
export function unreachableManagers({ nodes, later }: SwarmView): NodeFacts[] {
  const again = later?.nodes ?? nodes;
  return managerNodes(nodes).filter(
    ({ id, manager }) =>
      manager?.reachable === false &&
      again.find((one) => one.id === id)?.manager?.reachable === false,
  );
}

/** Returns the nodes that are managers. */
export function managerNodes(nodes: readonly NodeFacts[]): NodeFacts[] {
  return nodes.filter(({ manager }) => manager !== undefined);
}

function addressOf({ address, manager }: NodeFacts): string {
  return withoutPort(manager?.address ?? '') || address;
}

function withoutPort(address: string): string {
  return address.replace(/:\d+$/, '');
}
