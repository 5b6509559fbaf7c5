import type { Difference } from '../../model/difference.ts';
import type { Action } from '../../model/diagnosis.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import { ruleFor } from '../rule.ts';

/** Tasks that their manager cannot place, or that fail each time that they start. */
export const taskNotStarted = ruleFor('task-stuck', 'task-not-started', {
  action: (stuck, observation) =>
    activateNodes(stuck, observation) ?? showTasks(stuck, observation),
});

/** Nodes that are drained or paused take no tasks. */
function activateNodes(
  { observed: { error } }: Difference<'task-stuck'>,
  { swarm }: Observation,
): Action | undefined {
  const { manager, nodes = [], later } = valueOf(swarm) ?? {};
  const closed = (later?.nodes ?? nodes).filter(
    ({ availability, state }) => availability !== 'active' && state === 'ready',
  );
  if (!/not available for new tasks/.test(error) || closed.length === 0) return undefined;
  const names = closed.map(({ hostname, availability }) => `${hostname} (${availability})`);
  return {
    kind: 'fix',
    host: manager,
    commands: closed.map(({ id }) => ['docker', 'node', 'update', '--availability', 'active', id]),
    effect: `Makes ${names.join(' and ')} take tasks again. Not for nodes under maintenance.`,
  };
}

/** Hints for the reasons of managers and engines. */
const hints: readonly (readonly [reason: RegExp, hint: string])[] = [
  [
    /scheduling constraints/,
    'No node satisfies its placement constraints: add the label to a node (docker node update --label-add), or remove the constraint (docker service update --constraint-rm).',
  ],
  [
    /insufficient resources/,
    'No node has as much processor time or memory free as the service reserves: lower its reservations, or add a node.',
  ],
  [
    /host-mode port/,
    'Its port is published in host mode and taken on every node: lower its number of replicas, or publish the port in ingress mode.',
  ],
  [/max replicas per node/, 'Raise its limit of replicas for each node, or add a node.'],
  [
    /no such image|pull access denied|manifest/i,
    'Its nodes cannot get the image: push it to a registry that all nodes reach, or load it on each node.',
  ],
  [
    /ip address|attachment/,
    'A node has no address on the network of the service: inspect the addresses of its networks.',
  ],
];

function showTasks(
  { where: { service = '' }, observed: { error } }: Difference<'task-stuck'>,
  { swarm }: Observation,
): Action {
  const [, hint = ''] = hints.find(([reason]) => reason.test(error)) ?? [];
  return {
    kind: 'next-step',
    host: valueOf(swarm)?.manager,
    commands: [['docker', 'service', 'ps', '--no-trunc', service]],
    effect: `Shows the tasks with their errors and nodes. ${hint}`.trim(),
  };
}
