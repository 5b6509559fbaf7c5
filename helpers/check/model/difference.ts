import type { DifferenceValues } from './difference-values.ts';

/** A location. The fewer fields are set, the wider it is. */
export interface Place {
  readonly host?: string | undefined;
  /** The other host, where something lies between two: on the way from `host` to `peer`. */
  readonly peer?: string | undefined;
  /** The overlay's name. */
  readonly network?: string | undefined;
  readonly container?: string | undefined;
  /** The service of a swarm. */
  readonly service?: string | undefined;
  /** The container at the other end of a path. */
  readonly towards?: string | undefined;
}

/** The kinds of differences. Rules in diagnose/ explain them. */
export const differenceKinds = [
  // Engines and their cluster.
  'engine-silent',
  'clock-differs',
  'certificate-old',
  'client-refused',
  'advertised-address-absent',
  'engine-not-member',
  'member-unknown',
  'leader-missing',
  'manager-unreachable',
  'task-stuck',
  'service-missing',
  'service-mismatch',
  'live-restore-on',
  'hostname-shared',
  'engine-id-shared',
  'gossip-unaware',
  'gossip-self-missing',
  'keystore-silent',
  'keystore-member-missing',
  'keystore-network-missing',
  'keystore-endpoint-missing',
  'endpoint-without-container',
  'network-missing',
  'network-mismatch',
  'subnets-overlap',
  'addresses-missing',
  'container-missing',
  'container-elsewhere',
  'container-not-running',
  // Kernels.
  'forwarding-missing',
  'forwarding-mismatch',
  'forwarding-stale',
  'neighbour-missing',
  'neighbour-mismatch',
  'neighbour-stale',
  'neighbours-refused',
  'address-shared',
  'vxlan-mismatch',
  'mtu-mismatch',
  'firewall-drops',
  'docker-rules-missing',
  'docker-rules-duplicated',
  'forwarding-off',
  'gateway-mismatch',
  'connections-refused',
  'vxlan-taken',
  'encryption-rule-missing',
  'encryption-state-missing',
  'encryption-key-differs',
  // Services of a swarm.
  'ipvs-missing',
  'kernel-feature-missing',
  'balancer-forwarding-off',
  'mesh-rule-missing',
  'service-vip-missing',
  'backend-missing',
  'backend-stale',
  'service-address-silent',
  'service-task-cut',
  'service-task-silent',
  // DNS.
  'name-unanswered',
  'name-mismatch',
  'service-name-unanswered',
  'service-name-mismatch',
  // Live probes.
  'host-path-dead',
  'gossip-path-dead',
  'manager-path-dead',
  'tunnel-dead',
  'esp-dead',
  'packets-in-clear',
  'container-path-dead',
  'packets-lost',
  'source-mismatch',
  'checksums-wrong',
  'networks-joined',
  'port-silent',
  'application-fails',
  'application-mismatch',
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

/** A mismatch: the expected value, the observed value, the location. It does not say why. */
export type Difference<Kind extends DifferenceKind = DifferenceKind> = {
  readonly [One in Kind]: {
    readonly kind: One;
    readonly where: Place;
    readonly expected: DifferenceValues[One]['expected'];
    readonly observed: DifferenceValues[One]['observed'];
    /** The difference in one line of text. */
    readonly text: string;
  };
}[Kind];

/** Returns the differences of these kinds. */
export function ofKind<Kind extends DifferenceKind>(
  differences: readonly Difference[],
  ...kinds: readonly Kind[]
): (Difference & Difference<Kind>)[] {
  const wanted: readonly DifferenceKind[] = kinds;
  return differences.filter((one): one is Difference & Difference<Kind> =>
    wanted.includes(one.kind),
  );
}

/** Formats a location: "master-host → worker-host, network my-net, tomcat-app → mysqlserver". */
export function placeInWords({ host, peer, network, service, container, towards }: Place): string {
  const parts = [
    joinEndpoints(host, peer),
    network === undefined ? undefined : `network ${network}`,
    service === undefined ? undefined : `service ${service}`,
    joinEndpoints(container, towards),
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? 'the cluster' : parts.join(', ');
}

function joinEndpoints(from: string | undefined, to: string | undefined): string | undefined {
  if (from !== undefined && to !== undefined) return `${from} → ${to}`;
  return from ?? (to === undefined ? undefined : `→ ${to}`);
}
