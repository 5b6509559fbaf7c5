import type { NodeFacts } from '../../../docker/swarm/nodes.ts';
import { type Comparison, outcomeOf, skipped } from '../../model/comparison.ts';
import { downNodes, isSuperseded } from '../../derive/coverage.ts';
import type { Difference } from '../../model/difference.ts';
import { valueOf } from '../../model/observed.ts';
import { type AnsweringHost, answeringHosts } from '../engines/answering-hosts.ts';
import { onlyInSwarms } from '../swarm/only-in-swarms.ts';

/** Every engine is a node of the swarm by its own word, and ready by that of the manager; and no other is. */
export const swarmMembers: Comparison = {
  name: 'swarm-members',
  title: 'every engine is a ready node of the swarm, and no other engine is',
  layer: 'engines',
  needs: 'api',
  compare: onlyInSwarms((observation) => {
    const all = answeringHosts(observation);
    const wrong = all.flatMap((one) => findStateDefect(one) ?? []);
    const right = all.filter(({ host }) => !wrong.some(({ where }) => where.host === host.name));
    const swarm = valueOf(observation.swarm);
    if (swarm === undefined) {
      return wrong.length === 0 && 'missing' in observation.swarm
        ? skipped(observation.swarm)
        : outcomeOf(wrong, []);
    }
    const { nodes, manager } = swarm;
    const missing = right.flatMap((one) => findNodeDefect(one, nodes, manager) ?? []);
    const ids = new Set(all.map(({ info }) => info.swarmNode?.id));
    const addresses = new Set(observation.hosts.map(({ address }) => address));
    const unknown = nodes.filter(
      (node) =>
        node.state === 'ready' &&
        !ids.has(node.id) &&
        !addresses.has(node.address) &&
        !isSuperseded(node, nodes),
    );
    // Also nodes that were not named: the managers know all nodes.
    const down = downNodes(observation).map(({ hostname, address, state, message }) => {
      const why = message === '' ? '' : `: ${message}`;
      const text = `the manager on ${manager} reports the node ${hostname} (${address}) as ${state}${why}`;
      return notMember(hostname, state, text);
    });
    return outcomeOf(
      [
        ...wrong,
        ...missing,
        ...down,
        ...(observation.isComplete
          ? unknown.map((node) => describeUnknownMember(node, manager))
          : []),
      ],
      nodes.map(({ hostname, state, availability }) => `${hostname} is ${state}, ${availability}`),
    );
  }),
};

function notMember(
  host: string,
  observed: Difference<'engine-not-member'>['observed'],
  text: string,
): Difference {
  return { kind: 'engine-not-member', where: { host }, expected: 'a ready node', observed, text };
}

function findStateDefect({ host: { name }, info }: AnsweringHost): Difference | undefined {
  if (info.swarm === 'active') return undefined;
  const reason = info.swarmError === '' ? '' : `, ${info.swarmError}`;
  const text =
    info.swarm === 'inactive'
      ? `the engine of ${name} is not in a swarm`
      : `the engine of ${name} is not a working node of its swarm: its state is ${info.swarm}${reason}`;
  return notMember(name, info.swarm, text);
}

function findNodeDefect(
  { host: { name }, info }: AnsweringHost,
  nodes: readonly NodeFacts[],
  manager: string,
): Difference | undefined {
  const node = nodes.find(({ id }) => id === info.swarmNode?.id);
  if (node === undefined) {
    const asked = info.swarmNode?.managers.join(', ') ?? '';
    return notMember(
      name,
      { nodeId: info.swarmNode?.id, managers: asked },
      `the engine of ${name} is in a swarm, but the manager on ${manager} has no such node (its own managers: ${asked || 'none'})`,
    );
  }
  if (node.state === 'ready') return undefined;
  const why = node.message === '' ? '' : `: ${node.message}`;
  return notMember(
    name,
    node.state,
    `the manager on ${manager} reports ${name} as ${node.state}${why}`,
  );
}

function describeUnknownMember(
  { hostname, address, state }: NodeFacts,
  manager: string,
): Difference {
  return {
    kind: 'member-unknown',
    where: {},
    expected: 'no other nodes than the hosts',
    observed: { hostname, address, state },
    text: `the manager on ${manager} has the node ${hostname} (${address}, ${state}), which is not one of the hosts`,
  };
}
