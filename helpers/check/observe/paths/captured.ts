import type { SniffedSources } from '../../probe/packets.ts';
import type { Station } from './probe-host.ts';

const transports = ['tcp', 'udp'] as const;
type Transport = (typeof transports)[number];

/** The source addresses of packets for one port that arrived at each probe host. */
export type Heard = ReadonlyMap<
  Pick<Station, 'addresses'>,
  Readonly<Record<Transport, SniffedSources>>
>;

/** Starts to listen who sends anything to that port. */
export async function overhear(stations: readonly Station[], port: number): Promise<void> {
  const sources = [...new Set(stations.flatMap(({ addresses }) => addresses))];
  await Promise.all(
    stations.flatMap(({ packets }) =>
      transports.map((transport) => packets.sniff(transport, port, sources)),
    ),
  );
}

/** Returns the packets captured so far. */
export async function overheardBy(stations: readonly Station[], port: number): Promise<Heard> {
  return new Map(
    await Promise.all(
      stations.map(async (station) => {
        const [tcp, udp] = await Promise.all(
          transports.map((transport) => station.packets.sniffed(transport, port)),
        );
        const nothing = { nic: [], input: [] };
        return [station, { tcp: tcp ?? nothing, udp: udp ?? nothing }] as const;
      }),
    ),
  );
}

/**
 * Tells if any packet from a host arrived at the other one, and if its firewall accepted any. It may come from any address
 * of that host, depending on routes.
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
