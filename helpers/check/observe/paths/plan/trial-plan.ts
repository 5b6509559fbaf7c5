import type { Namespace } from '../../../probe/namespace.ts';
import type { TrialRequest } from '../../../probe/packets.ts';
import type { OverlayEndpoint } from '../../../derive/endpoints.ts';
import type { Protocol, TrialEnd, Unentered } from '../../../model/views/paths-view.ts';
import type { EndpointPair } from '../../../derive/endpoints.ts';
import { linkOf, listenerAt, type ProbeHost } from './probe-host.ts';

/** A planned trial. */
export interface TrialPlan {
  readonly question: TrialRequest;
  readonly sender: ProbeHost;
  readonly receiver: ProbeHost;
  /** Undefined between hosts. */
  readonly network: { readonly name: string; readonly id: string } | undefined;
  readonly from: TrialEnd;
  readonly to: TrialEnd;
  /** The namespace at which the packet arrives. */
  readonly place: Namespace;
  readonly protocol: Protocol;
}

/**
 * Gives each trial an ID that is unique among all checks: each check has a random first half. Its agents record only
 * packets with the announced first half, so simultaneous checks never mistake packets of each other. Gossip is recorded by
 * address alone: packets of another check prove the same path.
 */
export type NumberTrial = () => string;

export function startNumbers(run: string): NumberTrial {
  let last = 0;
  return () => {
    last += 1;
    return `${runPrefix(run)}${last.toString(16).padStart(8, '0')}`;
  };
}

/** Returns the prefix of trial IDs of a run. */
export function runPrefix(run: string): string {
  return run.slice(0, 8);
}

const HEADERS = 28;

/** The trials between two containers of an overlay; or why none can be made. */
export function planPair(
  { from, to }: EndpointPair,
  { sender, receiver }: { readonly sender: ProbeHost; readonly receiver: ProbeHost },
  number: NumberTrial,
): TrialPlan[] | Unentered {
  const origin = listenerAt(sender, { pid: from.pid });
  const goal = listenerAt(receiver, { pid: to.pid });
  if ('error' in origin) return unentered(from, origin.error);
  if ('error' in goal) return unentered(to, goal.error);
  const mtu = linkOf(origin, from.address)?.mtu;
  if (mtu === undefined) return unentered(from, `none of its interfaces has ${from.address}`);
  const sizes: readonly (readonly [Protocol, number])[] = [
    ['icmp', 0],
    ['icmp-large', mtu],
    ['udp', 0],
    ['udp-large', mtu],
    ['tcp', 0],
    // More than one packet that is full.
    ['tcp-large', 2 * mtu],
  ];
  return sizes.map(([protocol, size]) => {
    const transport = protocol.replace('-large', '') as 'icmp' | 'udp' | 'tcp';
    return {
      sender,
      receiver,
      network: { name: from.network, id: from.networkId },
      from: { host: from.host, container: from.container, address: from.address },
      to: { host: to.host, container: to.container, address: to.address },
      place: { pid: to.pid },
      protocol,
      question: {
        id: number(),
        protocol: transport,
        namespace: { pid: from.pid },
        source: from.address,
        destination: to.address,
        port: transport === 'icmp' ? 0 : goal[transport],
        size,
      },
    };
  });
}

function unentered({ host, container }: OverlayEndpoint, why: string): Unentered {
  return { host, container, why };
}

/**
 * The trials between two hosts: an echo, and one as large as the sender's network lets through. Other ports than the
 * cluster's own may well be closed, and say nothing of it.
 */
export function planHosts(
  sender: ProbeHost,
  receiver: ProbeHost,
  number: NumberTrial,
): TrialPlan[] {
  const { address: source } = sender;
  const { address: destination } = receiver;
  if (destination === undefined) return [];
  const origin = listenerAt(sender, 'host');
  const mtu = 'error' in origin || source === undefined ? undefined : linkOf(origin, source)?.mtu;
  const sizes: readonly (readonly ['icmp' | 'icmp-large', number])[] =
    mtu === undefined
      ? [['icmp', 0]]
      : [
          ['icmp', 0],
          ['icmp-large', mtu],
        ];
  return sizes.map(([protocol, size]) => ({
    sender,
    receiver,
    network: undefined,
    from: { host: sender.host, container: undefined, address: source ?? '0.0.0.0' },
    to: { host: receiver.host, container: undefined, address: destination },
    place: 'host',
    protocol,
    question: {
      id: number(),
      protocol: 'icmp',
      namespace: 'host',
      // The host knows itself by other addresses, perhaps.
      source: '0.0.0.0',
      destination,
      port: 0,
      size,
    },
  }));
}

/** Bytes of the packet that a question becomes. */
export function sizeOf({ question: { protocol, size } }: TrialPlan): number {
  return Math.max(size, protocol === 'tcp' ? 24 : HEADERS + 17);
}
