import type { Overheard } from '../../probe/packets.ts';
import type { Station } from './probe-host.ts';

const transports = ['tcp', 'udp'] as const;
type Transport = (typeof transports)[number];

/** Whose packets for one port have come to each station, by their source addresses. */
export type Heard = ReadonlyMap<Pick<Station, 'addresses'>, Readonly<Record<Transport, Overheard>>>;

/** Starts to listen who sends anything to that port. */
export async function overhear(stations: readonly Station[], port: number): Promise<void> {
  const sources = [...new Set(stations.flatMap(({ addresses }) => addresses))];
  await Promise.all(
    stations.flatMap(({ packets }) =>
      transports.map((transport) => packets.overhear(transport, port, sources)),
    ),
  );
}

/** What has come so far. */
export async function overheardBy(stations: readonly Station[], port: number): Promise<Heard> {
  return new Map(
    await Promise.all(
      stations.map(async (station) => {
        const [tcp, udp] = await Promise.all(
          transports.map((transport) => station.packets.overheard(transport, port)),
        );
        const nothing = { nic: [], input: [] };
        return [station, { tcp: tcp ?? nothing, udp: udp ?? nothing }] as const;
      }),
    ),
  );
}

/**
 * Whether anything came from there to the other host, and whether its firewall let any of it in. It may come from any
 * address of that host: a route can say so.
 */
export function heardFrom(
  heard: Heard,
  pair: Readonly<Record<'asker' | 'receiver', Pick<Station, 'addresses'>>>,
  transport: Transport,
): { readonly nic: boolean; readonly input: boolean } {
  const { nic = [], input = [] } = heard.get(pair.receiver)?.[transport] ?? {};
  const isFrom = (source: string) => pair.asker.addresses.includes(source);
  return { nic: nic.some(isFrom), input: input.some(isFrom) };
}
