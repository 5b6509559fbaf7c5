import { traitsOf } from '../../model/cluster-traits.ts';
import type { Action, Diagnosis } from '../../model/diagnosis.ts';
import { type Difference, ofKind, type Place } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import { isApplicationSymptom } from '../consequences.ts';
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
  /** Both missing entries, and the lookups without an answer. */
  readonly evidence: readonly Difference[];
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
    const unknown = findUnknown(open);
    return [...Map.groupBy(unknown, ({ peer, network }) => `${peer} ${network}`).values()].map(
      (same) => describe(same, open, observation),
    );
  },
};

function findUnknown(open: readonly Difference[]): Unknown[] {
  const neighbors = ofKind(open, 'neighbour-missing');
  const unanswered = ofKind(open, 'name-unanswered');
  return ofKind(open, 'forwarding-missing').flatMap((forwarding): Unknown[] => {
    const { host, peer, network, container } = forwarding.where;
    if (host === undefined || peer === undefined) return [];
    if (network === undefined || container === undefined) return [];
    const neighbor = neighbors.find(({ where }) => isSame(where, forwarding.where));
    const lookups = unanswered.filter(
      ({ where }) =>
        where.host === host && where.network === network && where.towards === container,
    );
    if (neighbor === undefined || lookups.length === 0) return [];
    return [{ host, peer, network, container, evidence: [forwarding, neighbor, ...lookups] }];
  });
}

function isSame(one: Place, other: Place): boolean {
  const keys = ['host', 'peer', 'network', 'container'] as const;
  return keys.every((key) => one[key] === other[key]);
}

function describe(
  unknown: readonly Unknown[],
  open: readonly Difference[],
  observation: Observation,
): Diagnosis {
  const [{ peer, network } = { peer: '', network: '' }] = unknown;
  const hosts = [...new Set(unknown.map(({ host }) => host))];
  const containers = [...new Set(unknown.map(({ container }) => container))];
  const [host = '', ...otherHosts] = hosts;
  const evidence = unknown.flatMap((one) => one.evidence);
  return {
    code: 'endpoint-unannounced',
    where: {
      host: peer,
      ...(otherHosts.length === 0 ? { peer: host } : {}),
      network,
      ...(containers.length === 1 ? { container: containers[0] } : {}),
    },
    summary: `${hosts.length === 1 ? `the engine of ${host} has` : `the engines of ${hosts.join(', ')} have`} no record of ${containers.join(', ')} on ${peer}: neither entries in ${network} nor an answer for the name`,
    evidence,
    consequences: consequencesOf(unknown, evidence, open, observation),
    action: announceAgain(peer, containers),
  };
}

/** Packets to the containers are lost, and lookups of their names fail everywhere. */
function consequencesOf(
  unknown: readonly Unknown[],
  evidence: readonly Difference[],
  open: readonly Difference[],
  observation: Observation,
): Difference[] {
  const ofEntries = evidence.flatMap((one) => {
    const entry = entryOf(one, observation);
    return entry === undefined ? [] : symptomsOf(entry, open, observation);
  });
  const ofNames = open.filter(
    (one) =>
      (one.kind === 'name-unanswered' &&
        unknown.some(
          ({ network, container }) =>
            one.where.network === network && one.where.towards === container,
        )) ||
      unknown.some(({ host }) => isApplicationSymptom(one, observation, host)),
  );
  return [...new Set([...ofEntries, ...ofNames])].filter((one) => !evidence.includes(one));
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
