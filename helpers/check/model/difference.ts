/** Where something is. The fewer fields are set, the wider the place. */
export interface Place {
  readonly host?: string | undefined;
  /** The other host, where something lies between two: on the way from `host` to `peer`. */
  readonly peer?: string | undefined;
  /** The overlay's name. */
  readonly network?: string | undefined;
  readonly container?: string | undefined;
  /** The container at the other end, for what lies between two. */
  readonly towards?: string | undefined;
}

/** All that can differ from what it must be. Rules of judge/ say what it means. */
export const differenceKinds = [
  // What engines say, and what holds them together.
  'engine-silent',
  'engine-not-member',
  'member-unknown',
  'hostname-shared',
  'engine-id-shared',
  'gossip-unaware',
  'store-silent',
  'store-lacks-member',
  'store-lacks-network',
  'store-lacks-end',
  'end-without-container',
  'network-absent',
  'network-unlike',
  'subnets-overlap',
  'container-absent',
  'container-elsewhere',
  'container-not-running',
  // What kernels have.
  'forwarding-absent',
  'forwarding-other',
  'forwarding-leftover',
  'neighbour-absent',
  'neighbour-other',
  'neighbour-leftover',
  'neighbours-refused',
  'vxlan-unlike',
  'mtu-unfit',
  'firewall-drops',
  // What resolvers answer.
  'name-unanswered',
  'name-other',
  // What live probes met.
  'host-path-dead',
  'gossip-path-dead',
  'manager-path-dead',
  'tunnel-dead',
  'container-path-dead',
  'packets-lost',
  'source-other',
  'checksums-wrong',
  'networks-joined',
  'port-silent',
  'application-fails',
  'application-answers-other',
  'application-without-database',
] as const;

export type DifferenceKind = (typeof differenceKinds)[number];

/** JSON: expected and observed values travel as data. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/** Something that is not as it must be: what was expected, what was observed, where. Not yet what it means. */
export interface Difference {
  readonly kind: DifferenceKind;
  readonly where: Place;
  readonly expected: Json;
  readonly observed: Json;
  /** The same in one line for people. */
  readonly text: string;
}
