import { type Difference, type DifferenceKind, ofKind } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import { isAt } from '../consequences.ts';
import { entryOf, symptomsOf } from '../kernel/kernel-entries.ts';
import { type Rule, ruleForGroups } from '../rule.ts';

/** Symptoms of an engine that ignores the records of others, and whose own records may be lost. */
const recorded: ReadonlySet<DifferenceKind> = new Set<DifferenceKind>([
  'forwarding-missing',
  'forwarding-mismatch',
  'forwarding-stale',
  'neighbour-missing',
  'neighbour-mismatch',
  'neighbour-stale',
  'encryption-state-missing',
  'service-vip-missing',
  'backend-missing',
  'backend-stale',
  'service-address-silent',
  'service-task-cut',
  'service-task-silent',
  'name-unanswered',
  'name-mismatch',
  'service-name-unanswered',
  'service-name-mismatch',
]);

/**
 * An engine in swarm mode that takes itself for gone. It has a new name in the gossip each time that it starts. If news of its
 * former name arrive after it has joined its networks, it takes the former name for the newer one, because both have its
 * address (`purgeReincarnation` in moby's networkdb, https://github.com/moby/moby/pull/53688). From then on it ignores all
 * records of these networks, until it starts again.
 */
export const gossipSelfMissing: Rule = ruleForGroups(
  'gossip-self-missing',
  'gossip-self-missing',
  ({ where }) => where.host,
  (missing, open, observation) => {
    const { host = '' } = missing[0].where;
    const networks = missing.map(({ where }) => where.network ?? '');
    return {
      where: { host, ...(networks.length === 1 ? { network: networks[0] } : {}) },
      summary: `the engine of ${host} is missing in its own gossip of ${networks.join(', ')}: it ignores records of containers that start on other hosts`,
      consequences: consequencesOf(host, networks, open, observation),
      action: {
        kind: 'fix',
        host,
        commands: [['systemctl', 'restart', 'docker']],
        effect:
          'Restarts the engine, which then joins the gossip again and receives all records. Containers stop unless they have a restart policy: start these again, and any whose start failed.',
      },
    };
  },
);

function consequencesOf(
  host: string,
  networks: readonly string[],
  open: readonly Difference[],
  observation: Observation,
): Difference[] {
  const own = open.filter(
    (one) =>
      recorded.has(one.kind) && isAt(one, host) && networks.includes(one.where.network ?? ''),
  );
  const symptoms = own.flatMap((one) => {
    const entry = entryOf(one, observation);
    return entry === undefined ? [] : symptomsOf(entry, open, observation);
  });
  const kept = ofKind(open, 'endpoint-without-container').filter(({ observed }) =>
    isListedBy(host, observed.endpointId, observation),
  );
  return [...new Set([...own, ...symptoms, ...kept])];
}

/** Returns true if only this engine lists an endpoint. */
function isListedBy(host: string, id: string, { swarm }: Observation): boolean {
  const views = (valueOf(swarm)?.endpoints ?? []).filter(({ endpointId }) => endpointId === id);
  return views.length > 0 && views.every(({ askedHost }) => askedHost === host);
}
