import type { OverlayEndpoint } from '../../../derive/endpoints.ts';
import { wordOf } from '../../../probe/namespace.ts';
import type { Capture, InjectedPacket } from '../../../probe/packets.ts';
import type { IsolationTrial } from '../../../model/views/paths-view.ts';
import type { EndpointPair } from '../../../derive/endpoints.ts';
import { linkOf, listenerAt, type ProbeHost } from '../plan/probe-host.ts';
import { readCaptures, injectAll, type InjectionPlan } from './send-until-seen.ts';
import type { NumberTrial } from '../plan/trial-plan.ts';

const ways = ['icmp', 'udp', 'frame'] as const;
type Way = (typeof ways)[number];

interface IsolationPlan extends InjectionPlan, EndpointPair {
  readonly way: Way;
}

/** Trials between isolation pairs that are in progress. */
export interface IsolationTrials {
  /** Looks whether anything has come, by now. */
  finish(): Promise<IsolationTrial[]>;
}

/**
 * Sends packets from endpoints to isolation pairs: by any route, and as a frame, as if both were on one link. Packets that
 * pass take no longer than others, so the captures are read after those have arrived.
 */
export async function sendIsolationPackets(
  pairs: readonly EndpointPair[],
  probeHostOf: (host: string) => ProbeHost | undefined,
  number: NumberTrial,
): Promise<IsolationTrials> {
  const plans = pairs.flatMap((pair) => planPair(pair, probeHostOf, number));
  await injectAll(plans, new Map());
  return {
    finish: async () => {
      const captures = new Map<string, readonly Capture[]>();
      await readCaptures(plans, captures);
      const came = ({ packet, to }: IsolationPlan) =>
        (captures.get(packet.id) ?? []).some((one) => isThere(one, to));
      return pairs.flatMap((pair): IsolationTrial[] => {
        const own = plans.filter(({ from, to }) => from === pair.from && to === pair.to);
        return own.length === 0
          ? []
          : [
              describe(
                pair,
                own.filter(came).map(({ way }) => way),
              ),
            ];
      });
    },
  };
}

function isThere({ namespace, direction }: Capture, { pid }: OverlayEndpoint): boolean {
  return namespace === wordOf({ pid }) && direction === 'in';
}

function planPair(
  pair: EndpointPair,
  probeHostOf: (host: string) => ProbeHost | undefined,
  number: NumberTrial,
): IsolationPlan[] {
  const { from, to } = pair;
  const [sender, receiver] = [probeHostOf(from.host), probeHostOf(to.host)];
  if (sender === undefined || receiver === undefined) return [];
  const [origin, goal] = [
    listenerAt(sender, { pid: from.pid }),
    listenerAt(receiver, { pid: to.pid }),
  ];
  if ('error' in origin || 'error' in goal) return [];
  const namespace = { pid: from.pid };
  const endpoints = { source: from.address, destination: to.address, port: goal.udp };
  const device = linkOf(origin, from.address)?.name;
  const packetFor = (way: Way): InjectedPacket | undefined => {
    if (way !== 'frame') return { id: number(), kind: way, namespace, ...endpoints };
    if (device === undefined) return undefined;
    const macs = { toMac: to.mac, fromMac: from.mac };
    return { id: number(), kind: 'frame', namespace, device, ...macs, ...endpoints };
  };
  return ways.flatMap((way) => {
    const packet = packetFor(way);
    return packet === undefined ? [] : [{ ...pair, sender, receiver, way, packet }];
  });
}

function describe({ from, to }: EndpointPair, came: readonly Way[]): IsolationTrial {
  return {
    from: { host: from.host, container: from.container, address: from.address },
    to: { host: to.host, container: to.container, address: to.address },
    fromNetwork: from.network,
    toNetwork: to.network,
    arrived: came.length > 0,
    ways: came,
  };
}
