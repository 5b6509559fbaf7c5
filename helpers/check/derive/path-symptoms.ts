import type { Place } from '../model/difference.ts';
import {
  hops,
  protocols,
  type PathsView,
  type Protocol,
  type Sighting,
  type Trial,
  type PathOutcome,
} from '../model/views/paths-view.ts';

/** All trials from one container to another on one network. */
export interface PathSymptoms {
  readonly where: Place & { readonly host: string; readonly peer: string };
  readonly outcomes: Readonly<Partial<Record<Protocol, PathOutcome>>>;
  /** The farthest hop of the lost packets. */
  readonly lastSeen: Sighting | undefined;
  readonly trials: readonly Trial[];
}

/** The symptoms of every ordered pair of containers that was probed. */
export function symptomsOf({ trials }: PathsView): PathSymptoms[] {
  return [...Map.groupBy(trials, keyOf).values()].flatMap((own) => {
    const [first] = own;
    return first === undefined ? [] : [describe(first, own)];
  });
}

/**
 * Returns true if all small packets arrived and large ones were lost. The segments of a connection are no larger than the
 * other large packets: if both of those were answered, the size did not stop the connection.
 */
export function losesLarge({ outcomes }: PathSymptoms): boolean {
  return (
    small.every((protocol) => outcomes[protocol] !== 'lost') &&
    large.some((protocol) => outcomes[protocol] === 'lost') &&
    !['icmp-large' as const, 'udp-large' as const].every((one) => outcomes[one] === 'answered')
  );
}

/** Returns true if ICMP arrived, and TCP or UDP was lost in the kernel of the receiver. */
export function losesTransport({ outcomes, lastSeen }: PathSymptoms): boolean {
  return (
    outcomes.icmp !== 'lost' &&
    (outcomes.udp === 'lost' || outcomes.tcp === 'lost') &&
    lastSeen?.hop === 'receiver'
  );
}

const small = ['icmp', 'udp', 'tcp'] as const;
const large = ['icmp-large', 'udp-large', 'tcp-large'] as const;

function keyOf({ networkId, from, to }: Trial): string {
  return JSON.stringify([networkId, from.host, from.container, to.host, to.container]);
}

function describe({ network, from, to }: Trial, trials: readonly Trial[]): PathSymptoms {
  const outcomes = Object.fromEntries(
    trials.map(({ protocol, answered, arrived }) => [
      protocol,
      answered ? 'answered' : arrived ? 'arrived' : 'lost',
    ]),
  ) as Partial<Record<Protocol, PathOutcome>>;
  const seen = trials.filter(({ arrived }) => !arrived).flatMap(({ sightings }) => sightings);
  const [lastSeen] = seen.toSorted((one, other) => hops.indexOf(other.hop) - hops.indexOf(one.hop));
  return {
    where: {
      host: from.host,
      peer: to.host,
      network,
      container: from.container,
      towards: to.container,
    },
    outcomes,
    lastSeen,
    trials: trials.toSorted(
      (one, other) => protocols.indexOf(one.protocol) - protocols.indexOf(other.protocol),
    ),
  };
}
