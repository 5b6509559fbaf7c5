import { hostAt, hostNamed } from '../../derive/find-host.ts';
import { lostQuorumOf, type LostQuorum } from '../../derive/swarm-managers.ts';
import type { Action } from '../../model/diagnosis.ts';
import type { Difference, DifferenceKind } from '../../model/difference.ts';
import type { HostView, Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import { ruleFor } from '../rule.ts';

/** Managers without a leader list neither nodes nor networks, and give containers no addresses. */
const symptoms: ReadonlySet<DifferenceKind> = new Set<DifferenceKind>([
  'manager-unreachable',
  'network-missing',
  'task-stuck',
]);

/** A swarm without a leader. Engines that do not answer, and blocked ports, remain separate findings: they are causes. */
export const swarmQuorumLost = ruleFor('leader-missing', 'swarm-quorum-lost', {
  consequences: (_, open, observation) =>
    open.filter((one) => symptoms.has(one.kind) || isNodeUnseen(one, observation)),
  action: (_, observation) => {
    const lost = lostQuorumOf(observation);
    return lost && restoreQuorum(lost, observation);
  },
});

/** Without a leader, no node reports to a manager, and none gets a certificate: a new or old manager cannot start. */
function isNodeUnseen(one: Difference, observation: Observation): boolean {
  if (one.kind !== 'engine-not-member') return false;
  const { swarmError = '' } = valueOf(hostNamed(observation, one.where.host)?.engine)?.info ?? {};
  return one.observed === 'down' || one.observed === 'unknown' || /have a leader/.test(swarmError);
}

function restoreQuorum(lost: LostQuorum, observation: Observation): Action {
  const { manager } = lost;
  const address = observation.hosts.find(({ name }) => name === manager)?.address;
  const others = lost.managers.filter((one) => one !== address);
  const hosts = others.map((one) => hostAt(observation, one));
  const effect = `Makes ${manager} the only manager, with all services, networks and nodes of the swarm. Then join further managers: three or five of them survive the loss of one or two.`;
  const commands: Action['commands'] = [
    [
      'docker',
      'swarm',
      'init',
      '--force-new-cluster',
      ...(address === undefined ? [] : ['--advertise-addr', address]),
    ],
  ];
  if (hosts.every(hasLeft)) return { kind: 'fix', host: manager, commands, effect };
  return {
    kind: 'next-step',
    commands: [],
    effect: `Restore the managers at ${others.join(' and ')}: start their hosts and engines, and open port 2377 between all managers. Only if most of them are lost for good, run "docker swarm init --force-new-cluster" on ${manager}: it then becomes the only manager. Never run it while the others can return.`,
  };
}

/** Returns true if a manager's engine reports that it is in no swarm: it cannot return. */
function hasLeft(host: HostView | undefined): boolean {
  return valueOf(host?.engine)?.info.swarm === 'inactive';
}

/** A manager that the others do not reach, although they have a majority, its node is up and its port is open. */
export const managerUnreachable = ruleFor('manager-unreachable', 'engine-not-clustered', {
  name: 'manager-unreachable',
  action: ({ where: { host } }) => ({
    kind: 'fix',
    host,
    commands: [['systemctl', 'restart', 'docker']],
    effect:
      'Restarts the engine, which then connects to the other managers again. Port 2377 must be open between all managers.',
  }),
});
