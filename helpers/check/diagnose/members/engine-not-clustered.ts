import { downNodes } from '../../derive/coverage.ts';
import type { Diagnosis, Action } from '../../model/diagnosis.ts';
import { type Difference, type DifferenceKind, ofKind } from '../../model/difference.ts';
import { knownAddressOf } from '../../derive/find-host.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import { isApplicationSymptom, isAt } from '../consequences.ts';
import type { Rule } from '../rule.ts';
import { traitsOf } from '../../model/cluster-traits.ts';

/** Differences with a separate cause, even if the engine is not in the cluster. */
export const ownCauses: ReadonlySet<DifferenceKind> = new Set<DifferenceKind>([
  'engine-not-member',
  'hostname-shared',
  'engine-id-shared',
  'subnets-overlap',
  'live-restore-on',
  'clock-differs',
  'certificate-old',
  'client-refused',
  'docker-rules-missing',
  'docker-rules-duplicated',
  'forwarding-off',
  'gateway-mismatch',
  'connections-refused',
  'vxlan-taken',
  'application-mismatch',
]);

type Outside = Difference<'engine-not-member' | 'keystore-member-missing'>;

/** States of a node that a manager does not hear from; the cause may be on the network. */
const silent: readonly unknown[] = ['down', 'disconnected', 'unknown'];

/**
 * An engine that reports itself that it is not in its cluster: it has no store, or is in no swarm or another one. It knows
 * neither networks nor containers of the others, and announces nothing.
 */
export const engineOutside: Rule = {
  name: 'engine-outside',
  explain: (open, observation) =>
    ofKind(open, 'engine-not-member')
      .filter(({ observed }) => !silent.includes(observed))
      .map((outside) => describeOutsider(outside, open, observation)),
};

/** An engine that believes to be in its cluster, and is not: by the word of the store, or of the swarm's managers. */
export const engineNotClustered: Rule = {
  name: 'engine-not-clustered',
  explain: (open, observation) => [
    ...ofKind(open, 'engine-not-member', 'keystore-member-missing').map((outside) =>
      describeOutsider(outside, open, observation),
    ),
    ...describeUnknownMembers(ofKind(open, 'member-unknown')),
  ],
};

function describeOutsider(
  outside: Outside,
  open: readonly Difference[],
  observation: Observation,
): Diagnosis {
  const { host } = outside.where;
  return {
    code: 'engine-not-clustered',
    where: { host },
    summary: outside.text,
    evidence: [outside],
    consequences: open.filter(
      (one) =>
        !ownCauses.has(one.kind) &&
        one !== outside &&
        (isAt(one, host) || isApplicationSymptom(one, observation, host)),
    ),
    action: traitsOf(observation).hasManagers
      ? joinAgain(outside, observation)
      : startWithOptions(outside, observation),
  };
}

function startWithOptions({ kind, where, expected }: Outside, observation: Observation): Action {
  if (kind === 'keystore-member-missing') {
    return {
      kind: 'fix',
      host: where.host,
      commands: [['systemctl', 'restart', 'docker']],
      effect:
        'Restarts the engine, which then registers in the store. An engine that starts before its store may register late or never. Containers stop unless they have a restart policy or the engine uses live-restore.',
    };
  }
  const store = typeof expected === 'string' ? undefined : expected.clusterStore;
  const address = knownAddressOf(observation, where.host);
  const options = [
    typeof store !== 'string'
      ? 'the same --cluster-store as the others'
      : `--cluster-store=${store}`,
    address === undefined
      ? '--cluster-advertise with its own address'
      : `--cluster-advertise=${address}:2376`,
  ].join(' and ');
  return {
    kind: 'next-step',
    host: where.host,
    commands: [],
    effect: `Start the engine with ${options}, in addition to its other options: change its systemd unit or daemon.json, then restart it.`,
  };
}

function joinAgain({ where, observed }: Outside, observation: Observation): Action {
  const manager = valueOf(observation.swarm)?.manager;
  const address = knownAddressOf(observation, manager);
  // Without a connection to the engine, the host itself may be down.
  const unseen = downNodes(observation).find(({ hostname }) => hostname === where.host);
  if (unseen !== undefined) {
    return {
      kind: 'next-step',
      commands: [['ping', '-c', '3', unseen.address]],
      effect: `Shows whether the host is reachable. If not, start it. If it is, restart its engine; port 2377 of ${address ?? 'its managers'} must be open to it. If it is gone for good, run "docker node rm" on ${manager ?? 'a manager'}.`,
    };
  }
  if (silent.includes(observed)) {
    return {
      kind: 'fix',
      host: where.host,
      commands: [['systemctl', 'restart', 'docker']],
      effect: `Restarts the engine, which then contacts its managers again. Port 2377 of ${address ?? 'its managers'} must be open to it.`,
    };
  }
  if (observed === 'locked') {
    return {
      kind: 'fix',
      host: where.host,
      commands: [['docker', 'swarm', 'unlock']],
      effect: 'Asks for the unlock key. "docker swarm unlock-key" prints it on another manager.',
    };
  }
  const leave = observed === 'inactive' ? '' : 'Run "docker swarm leave --force" there first. ';
  return {
    kind: 'next-step',
    host: manager,
    commands: [['docker', 'swarm', 'join-token', 'worker']],
    effect: `Prints the command that joins ${where.host} to the swarm. ${leave}Run it there, then connect its containers to their networks again (docker network connect).`,
  };
}

/** Reports members that are not hosts of the check: their engines are gone, do not belong to the cluster, or were not named. */
function describeUnknownMembers(strangers: readonly Difference[]): Diagnosis[] {
  if (strangers.length === 0) return [];
  return [
    {
      code: 'engine-not-clustered',
      where: {},
      summary: strangers.map(({ text }) => text).join('; '),
      evidence: strangers,
      consequences: [],
    },
  ];
}
