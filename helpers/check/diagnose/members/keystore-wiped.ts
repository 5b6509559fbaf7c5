import type { Action } from '../../model/diagnosis.ts';
import type { Difference, DifferenceKind, Place } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import { answeringHosts } from '../../compare/engines/answering-hosts.ts';
import { restoreEndpoint } from './restore-endpoint.ts';
import type { Rule } from '../rule.ts';

/** Symptoms of engines whose store has lost its data. */
const forgotten: ReadonlySet<DifferenceKind> = new Set<DifferenceKind>([
  'network-missing',
  'name-unanswered',
  'container-elsewhere',
  'gossip-unaware',
  'application-fails',
]);

/** The store answers but has lost the data of engines. They register themselves again after a while, but nothing else. */
export const keystoreWiped: Rule = {
  name: 'keystore-wiped',
  explain: (open, observation) => {
    const lost = open.filter(
      ({ kind }) => kind === 'keystore-network-missing' || kind === 'keystore-endpoint-missing',
    );
    const missing = open.filter(({ kind }) => kind === 'keystore-member-missing');
    const hasNobody = valueOf(observation.store)?.members.length === 0;
    const isEmptied = hasNobody && missing.length > 1;
    if (lost.length === 0 && !isEmptied) return [];
    const evidence = [...lost, ...missing];
    const isNetworkLost = isEmptied || lost.some(({ kind }) => kind === 'keystore-network-missing');
    const lostNames = new Set(lost.map(({ where }) => where.network));
    return [
      {
        code: 'keystore-wiped',
        where: placeOf(evidence, observation),
        summary: describe(evidence, observation),
        evidence,
        consequences: open.filter(
          ({ kind, where }) =>
            isNetworkLost &&
            forgotten.has(kind) &&
            // An unused network that no host has is lost with the others.
            (where.network === undefined ||
              where.host === undefined ||
              lostNames.has(where.network)),
        ),
        action: findAction(evidence, observation),
      },
    ];
  },
};

/** Returns the location of a single lost endpoint or network; otherwise the store itself. */
function placeOf(evidence: readonly Difference[], { store }: Observation): Place {
  const [first, ...others] = evidence;
  if (first === undefined || others.length > 0) return {};
  if (first.kind === 'keystore-endpoint-missing') return first.where;
  const hasMore = (valueOf(store)?.networks.length ?? 0) > 0;
  return first.kind === 'keystore-network-missing' && hasMore ? first.where : {};
}

function describe(evidence: readonly Difference[], { store }: Observation): string {
  const [first] = evidence;
  if (evidence.length === 1 && first !== undefined) return first.text;
  const what = [
    ['keystore-member-missing', 'members'],
    ['keystore-network-missing', 'networks'],
    ['keystore-endpoint-missing', 'endpoints'],
  ].flatMap(([kind, word]) => {
    const count = evidence.filter((one) => one.kind === kind).length;
    return count === 0 ? [] : [`${word} (${count})`];
  });
  return `${valueOf(store)?.version ?? 'the store'} has lost data that engines use: ${what.join(', ')}`;
}

function findAction(evidence: readonly Difference[], observation: Observation): Action {
  const network = evidence.find(({ kind }) => kind === 'keystore-network-missing')?.where.network;
  if (network !== undefined) {
    const subnet = observation.expectations.networks?.find(({ name }) => name === network)?.subnet;
    const range = subnet === undefined ? [] : [`--subnet=${subnet}`];
    return {
      kind: 'fix',
      host: answeringHosts(observation)[0]?.host.name,
      commands: [['docker', 'network', 'create', '--driver', 'overlay', ...range, network]],
      effect:
        'Creates the network again, for all hosts. Remove its containers and run them again. If you have a backup of the store, restore it instead.',
    };
  }
  const lost = evidence.find(({ kind }) => kind === 'keystore-endpoint-missing');
  const restore = lost === undefined ? undefined : restoreEndpoint(lost, observation);
  if (lost?.where.container !== undefined && restore !== undefined) {
    return {
      kind: 'fix',
      host: lost.where.host,
      commands: [restore],
      effect: `Writes the endpoint of ${lost.where.container} to the store again, with the data of its engine. The container keeps running.`,
    };
  }
  const end = lost?.where;
  if (end?.container !== undefined) {
    return {
      kind: 'fix',
      host: end.host,
      // docker network disconnect leaves the container's interface behind when the store lacks its end.
      commands: [['docker', 'restart', end.container]],
      effect:
        'Makes the engine create a new endpoint for the container and write it to the store. The engine announces the old endpoint again whenever it starts, and the next check reports its entries on other hosts. A backup of the store spares that: restore the key of the endpoint instead.',
    };
  }
  return {
    kind: 'fix',
    commands: [['systemctl', 'restart', 'docker']],
    effect: 'Run this on every host. It makes each engine register in the store again.',
  };
}
