import type { OverlayEnd } from '../../derive/endpoints.ts';
import { wordOf } from '../../probe/namespace.ts';
import type { Capture, InjectedPacket } from '../../probe/packets.ts';
import type { IsolationTrial } from '../../model/paths-view.ts';
import type { EndPair } from '../../derive/endpoints.ts';
import { linkOf, listenerAt, type Station } from './probe-host.ts';
import { catchAll, throwAll, type ThrowPlan } from './send-until-seen.ts';
import type { NumberTrial } from './trial-plan.ts';

const ways = ['icmp', 'udp', 'frame'] as const;
type Way = (typeof ways)[number];

interface StrangerPlan extends ThrowPlan, EndPair {
  readonly way: Way;
}

/** Trials between isolation pairs that are in progress. */
export interface Strangers {
  /** Looks whether anything has come, by now. */
  finish(): Promise<IsolationTrial[]>;
}

/**
 * Sends packets from endpoints to isolation pairs: by any route, and as a frame, as if both were on one link. Packets that
 * pass take no longer than others, so the captures are read after those have arrived.
 */
export async function sendToStrangers(
  pairs: readonly EndPair[],
  stationOf: (host: string) => Station | undefined,
  number: NumberTrial,
): Promise<Strangers> {
  const plans = pairs.flatMap((pair) => planPair(pair, stationOf, number));
  await throwAll(plans, new Map());
  return {
    finish: async () => {
      const caught = new Map<string, readonly Capture[]>();
      await catchAll(plans, caught);
      const came = ({ packet, to }: StrangerPlan) =>
        (caught.get(packet.id) ?? []).some((one) => isThere(one, to));
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

function isThere({ namespace, direction }: Capture, { pid }: OverlayEnd): boolean {
  return namespace === wordOf({ pid }) && direction === 'in';
}

function planPair(
  pair: EndPair,
  stationOf: (host: string) => Station | undefined,
  number: NumberTrial,
): StrangerPlan[] {
  const { from, to } = pair;
  const [sender, receiver] = [stationOf(from.host), stationOf(to.host)];
  if (sender === undefined || receiver === undefined) return [];
  const [origin, goal] = [
    listenerAt(sender, { pid: from.pid }),
    listenerAt(receiver, { pid: to.pid }),
  ];
  if ('error' in origin || 'error' in goal) return [];
  const namespace = { pid: from.pid };
  const ends = { source: from.address, destination: to.address, port: goal.udp };
  const device = linkOf(origin, from.address)?.name;
  const packetFor = (way: Way): InjectedPacket | undefined => {
    if (way !== 'frame') return { id: number(), kind: way, namespace, ...ends };
    if (device === undefined) return undefined;
    const macs = { toMac: to.mac, fromMac: from.mac };
    return { id: number(), kind: 'frame', namespace, device, ...macs, ...ends };
  };
  return ways.flatMap((way) => {
    const packet = packetFor(way);
    return packet === undefined ? [] : [{ ...pair, sender, receiver, way, packet }];
  });
}

function describe({ from, to }: EndPair, came: readonly Way[]): IsolationTrial {
  return {
    from: { host: from.host, container: from.container, address: from.address },
    to: { host: to.host, container: to.container, address: to.address },
    fromNetwork: from.network,
    toNetwork: to.network,
    arrived: came.length > 0,
    ways: came,
  };
}
