import type { Comparison } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import type { Hop } from '../../model/views/paths-view.ts';
import type { PathOutcome } from '../../model/views/paths-view.ts';
import { type PathSymptoms, symptomsOf } from '../../derive/path-symptoms.ts';
import { insideOutcome } from './paths-outcome.ts';

/** Chosen containers reach each other through their overlay by all that they may send. */
export const containerPaths: Comparison = {
  name: 'container-paths',
  title: 'containers reach each other over ICMP, UDP and TCP, with small and full-size packets',
  layer: 'paths',
  needs: 'privileged-probe',
  compare: (observation) =>
    insideOutcome(observation, (paths) => {
      const all = symptomsOf(paths);
      const { probed, all: possible } = paths.pairs;
      return {
        differences: all.filter((one) => isBroken(one, all)).map(describe),
        evidence:
          all.length === 0
            ? []
            : [
                `${probed} of ${possible} ordered pairs of containers`,
                ...all.map(({ where }) => `${where.container} reaches ${where.towards}`),
              ],
      };
    }),
};

/**
 * Returns true if a path is broken. A packet that arrives without an answer does not count if the other direction is
 * broken: it is reported there.
 */
function isBroken({ where, outcomes }: PathSymptoms, all: readonly PathSymptoms[]): boolean {
  const back = all.find(
    (one) =>
      one.where.host === where.peer &&
      one.where.peer === where.host &&
      one.where.network === where.network &&
      one.where.container === where.towards &&
      one.where.towards === where.container,
  );
  return Object.entries(outcomes).some(
    ([protocol, outcome]) =>
      outcome === 'lost' ||
      (outcome === 'arrived' && back?.outcomes[protocol as keyof typeof outcomes] !== 'lost'),
  );
}

function describe(symptoms: PathSymptoms): Difference {
  const { where, outcomes, lastSeen, trials } = symptoms;
  const by = (wanted: PathOutcome) =>
    trials.flatMap(({ protocol }) => (outcomes[protocol] === wanted ? [protocol] : []));
  const errors = [...new Set(trials.flatMap(({ error }) => error ?? []))];
  const parts = [
    ...describeSome('lost', by('lost')),
    ...describeSome('arrived, but not answered', by('arrived')),
    ...describeSome('answered', by('answered')),
  ];
  return {
    kind: 'container-path-dead',
    where,
    expected: Object.fromEntries(trials.map(({ protocol }) => [protocol, 'answered'])),
    observed: { outcomes, lastSeen: lastSeen ?? null, errors },
    text: `${where.container} (${where.host}) to ${where.towards} (${where.peer}) in ${where.network}: ${parts.join('; ')}${describeLastSeen(symptoms)}${errors.length === 0 ? '' : ` (${errors.join(', ')})`}`,
  };
}

function describeSome(what: string, some: readonly string[]): string[] {
  return some.length === 0 ? [] : [`${what}: ${some.join(', ')}`];
}

const hopsInWords: Readonly<Record<Hop, string>> = {
  sender: 'leaving the container',
  'sender-vxlan': 'entering the VXLAN device of its host',
  'sender-nic': 'leaving its host',
  'receiver-nic': 'at the network card',
  'receiver-input': 'past the firewall',
  'receiver-vxlan': 'leaving the VXLAN device',
  receiver: 'at the receiving container',
};

/**
 * Describes the last capture: "last seen at the network card of worker-host, from 192.168.99.101 to 192.168.99.102, VXLAN
 * 256".
 */
function describeLastSeen({ outcomes, lastSeen }: PathSymptoms): string {
  if (!Object.values(outcomes).includes('lost')) return '';
  if (lastSeen === undefined) return '; no packet was seen leaving';
  const { hop, host, outerSource, outerDestination, vni } = lastSeen;
  const outer =
    outerSource === undefined ? '' : `, from ${outerSource} to ${outerDestination}, VXLAN ${vni}`;
  const on = hop.startsWith('receiver') ? ` of ${host}` : '';
  return `; last seen ${hopsInWords[hop]}${hop === 'receiver' ? '' : on}${outer}`;
}
