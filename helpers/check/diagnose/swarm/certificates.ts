import type { Action } from '../../model/diagnosis.ts';
import type { Difference } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import { hostNamed } from '../../derive/find-host.ts';
import { isAt } from '../consequences.ts';
import { ownCauses } from '../members/engine-not-clustered.ts';
import { ruleFor } from '../rule.ts';

/** A node whose certificate has expired, or will soon because nothing renews it. */
export const certificateExpired = ruleFor('certificate-old', 'certificate-expired', {
  // Without a valid certificate, an engine is in no swarm, and knows nothing of it.
  consequences: ({ where: { host }, observed: { isNode } }, open) =>
    isNode
      ? []
      : open.filter(
          (one) =>
            isAt(one, host) && (one.kind === 'engine-not-member' || !ownCauses.has(one.kind)),
        ),
  action: (cause, observation) =>
    cause.observed.isNode ? renew(cause, observation) : joinAgain(cause, observation),
});

function renew(
  { where: { host }, observed: { state } }: Difference<'certificate-old'>,
  { swarm }: Observation,
): Action {
  if (state === 'overdue') {
    return {
      kind: 'fix',
      host,
      commands: [['systemctl', 'restart', 'docker']],
      effect:
        'Restarts the engine, which then renews its certificate. Port 2377 of the managers must be open to it. Containers stop unless they have a restart policy.',
    };
  }
  return {
    kind: 'fix',
    host: valueOf(swarm)?.manager,
    commands: [['docker', 'swarm', 'ca', '--rotate', '--detach', '--quiet']],
    effect: `Makes all nodes get new certificates while they run. Do not restart the engine of ${host ?? 'the node'} before: with the expired certificate, it cannot return to the swarm.`,
  };
}

function joinAgain(
  { where: { host } }: Difference<'certificate-old'>,
  observation: Observation,
): Action {
  const { manager } = valueOf(observation.swarm) ?? {};
  const isManager = valueOf(hostNamed(observation, host)?.engine)?.info.swarmNode?.isManager;
  if (isManager === true && manager === undefined) {
    return {
      kind: 'next-step',
      host,
      commands: [['date', '-u']],
      effect:
        'Shows the time of the host. If it is right and no other manager is left, "docker swarm init --force-new-cluster" makes this node the only manager, with a new certificate and all services of the swarm.',
    };
  }
  return {
    kind: 'next-step',
    host,
    commands: [['date', '-u']],
    effect: `Shows the time of the host. If it is wrong, correct the clock and restart the engine. If it is right, the engine was off for longer than its certificate is valid (90 days by default): run "docker swarm leave --force" there, and join it again with the command that "docker swarm join-token worker" prints on ${manager ?? 'a manager'}.`,
  };
}
