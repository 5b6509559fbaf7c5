import { isRightAnswer } from '../../derive/name-answers.ts';
import { traitsOf } from '../../model/cluster-traits.ts';
import type { Action, Diagnosis } from '../../model/diagnosis.ts';
import { type Difference, ofKind } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import { entryOf, symptomsOf } from '../kernel/kernel-entries.ts';
import type { Rule } from '../rule.ts';

/** A container of which an engine on another host has no record at all. */
interface Unknown {
  /** The host with neither its entries nor its name. */
  readonly host: string;
  /** The host on which it runs. */
  readonly peer: string;
  readonly network: string;
  readonly container: string;
  readonly forwarding: Difference<'forwarding-missing'>;
  readonly neighbor: Difference<'neighbour-missing'>;
  /** The lookups of its name on that host, at least one. */
  readonly lookups: readonly Difference<'name-unanswered'>[];
}

/**
 * In swarm mode an engine has the entries and the names of containers on other hosts from records in its gossip. If all are
 * missing, it has no records, and entries that people add are gone with the next change. This happens when the gossip loses
 * a member for so short a time that no engine asks it for its records: the others have dropped them, and receive them only
 * with the next bulk sync, every 30 s, or the one after that (libnetwork's networkdb, `bulkSyncTables`).
 */
export const endpointUnannounced: Rule = {
  name: 'endpoint-unannounced',
  explain: (open, observation) => {
    if (!traitsOf(observation).hasManagers) return [];
    const unknown = findUnknown(open, observation);
    return [...Map.groupBy(unknown, ({ peer, network }) => `${peer} ${network}`).values()].map(
      (same) => describe(same, open, observation),
    );
  },
};

function findUnknown(open: readonly Difference[], observation: Observation): Unknown[] {
  const neighbors = ofKind(open, 'neighbour-missing');
  const unanswered = ofKind(open, 'name-unanswered');
  return ofKind(open, 'forwarding-missing').flatMap((forwarding): Unknown[] => {
    const { host = '', peer = '', network = '', container = '' } = forwarding.where;
    const neighbor = neighbors.find(
      ({ where }) =>
        where.host === host &&
        where.peer === peer &&
        where.network === network &&
        where.container === container,
    );
    const lookups = unanswered.filter(
      ({ where }) =>
        where.host === host && where.network === network && where.towards === container,
    );
    if (neighbor === undefined || lookups.length === 0) return [];
    const unknown = { host, peer, network, container, forwarding, neighbor, lookups };
    return isResolved(unknown, observation) ? [] : [unknown];
  });
}

/** Returns true if a container on that host resolves the name: then its engine has a record. */
function isResolved({ host, network, container }: Unknown, { names }: Observation): boolean {
  return (valueOf(names)?.answers ?? []).some(
    (answer) =>
      answer.host === host &&
      answer.network === network &&
      answer.towards === container &&
      answer.from === 'resolver' &&
      isRightAnswer(answer),
  );
}

function describe(
  unknown: readonly Unknown[],
  open: readonly Difference[],
  observation: Observation,
): Diagnosis {
  const [{ peer, network } = { peer: '', network: '' }] = unknown;
  const hosts = [...new Set(unknown.map(({ host }) => host))];
  const containers = [...new Set(unknown.map(({ container }) => container))];
  const evidence = unknown.flatMap(({ forwarding, neighbor, lookups }): Difference[] => [
    forwarding,
    neighbor,
    ...lookups,
  ]);
  const consequences = new Set(unknown.flatMap((one) => consequencesOf(one, open, observation)));
  const engines =
    hosts.length === 1
      ? `the engine of ${hosts[0]} has`
      : `the engines of ${hosts.join(', ')} have`;
  return {
    code: 'endpoint-unannounced',
    where: {
      host: peer,
      ...(hosts.length === 1 ? { peer: hosts[0] } : {}),
      network,
      ...(containers.length === 1 ? { container: containers[0] } : {}),
    },
    summary: `${engines} no record of ${containers.join(', ')} on ${peer}: neither entries in ${network} nor an answer for the name`,
    evidence,
    consequences: [...consequences].filter((one) => !evidence.includes(one)),
    action: announceAgain(peer, containers),
  };
}

/** Packets to the container are lost, and lookups of its name may fail on further hosts, and on its own. */
function consequencesOf(
  { forwarding, network, container }: Unknown,
  open: readonly Difference[],
  observation: Observation,
): Difference[] {
  const entry = entryOf(forwarding, observation);
  const lookups = open.filter(
    ({ kind, where }) =>
      kind === 'name-unanswered' && where.network === network && where.towards === container,
  );
  return [...(entry === undefined ? [] : symptomsOf(entry, open, observation)), ...lookups];
}

function announceAgain(host: string, containers: readonly string[]): Action {
  return {
    kind: 'fix',
    host,
    // Unlike a new connection to the network, a restart keeps the aliases and the names of the interfaces.
    commands: [['docker', 'restart', ...containers]],
    effect:
      'Makes the engine announce each container to all others again. Engines do that without help within a minute after their gossip was interrupted: check again before you restart anything. The address of a container may change.',
  };
}
