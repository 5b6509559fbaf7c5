import type { SniffedSources } from '../../../probe/packets.ts';
import type { ProbeHost } from '../plan/probe-host.ts';

const transports = ['tcp', 'udp'] as const;
type Transport = (typeof transports)[number];

/** The source addresses of packets for one port that arrived at each probe host. */
export type SourcesByHost = ReadonlyMap<
  Pick<ProbeHost, 'addresses'>,
  Readonly<Record<Transport, SniffedSources>>
>;

/** Starts to capture the senders of all packets to that port. */
export async function sniff(probeHosts: readonly ProbeHost[], port: number): Promise<void> {
  const sources = [...new Set(probeHosts.flatMap(({ addresses }) => addresses))];
  await Promise.all(
    probeHosts.flatMap(({ packets }) =>
      transports.map((transport) => packets.sniff(transport, port, sources)),
    ),
  );
}

/** Returns the packets captured so far. */
export async function readSniffed(
  probeHosts: readonly ProbeHost[],
  port: number,
): Promise<SourcesByHost> {
  return new Map(
    await Promise.all(
      probeHosts.map(async (probeHost) => {
        const [tcp, udp] = await Promise.all(
          transports.map((transport) => probeHost.packets.sniffed(transport, port)),
        );
        const nothing = { nic: [], input: [] };
        return [probeHost, { tcp: tcp ?? nothing, udp: udp ?? nothing }] as const;
      }),
    ),
  );
}

/**
 * Determines if packets from a host arrived at the other one (`nic`), and if its firewall accepted any (`input`). Depending
 * on routes, they may come from any address of that host.
 */
export function arrivalsFrom(
  arrivals: SourcesByHost,
  pair: Readonly<Record<'sender' | 'receiver', Pick<ProbeHost, 'addresses'>>>,
  transport: Transport,
): { readonly nic: boolean; readonly input: boolean } {
  const { nic = [], input = [] } = arrivals.get(pair.receiver)?.[transport] ?? {};
  const isFrom = (source: string) => pair.sender.addresses.includes(source);
  return { nic: nic.some(isFrom), input: input.some(isFrom) };
}
