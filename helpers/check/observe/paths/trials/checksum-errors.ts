import { z } from 'zod';
import type { OverlayEndpoint } from '../../../derive/endpoints.ts';
import type { PathsView } from '../../../model/views/paths-view.ts';
import type { ProbeHost } from '../plan/probe-host.ts';

type Counts = PathsView['checksumErrors'][number];

/** Reads the current checksum error counters of the containers' kernels. */
export async function readChecksumErrors(
  endpoints: readonly OverlayEndpoint[],
  probeHostOf: (host: string) => ProbeHost | undefined,
): Promise<ReadonlyMap<OverlayEndpoint, Counts>> {
  const containers = new Map(
    endpoints.map((endpoint) => [`${endpoint.host} ${endpoint.pid}`, endpoint]),
  );
  const counts = new Map<OverlayEndpoint, Counts>();
  await Promise.all(
    [...Map.groupBy(containers.values(), ({ host }) => host)].map(async ([host, own]) => {
      const files = await probeHostOf(host)?.probe.read(
        own.map(({ pid }) => `/proc/${pid}/net/snmp`),
      );
      for (const [index, endpoint] of own.entries()) {
        const file = files?.[index];
        // A container that has exited has no counters.
        if (file === undefined || 'error' in file) continue;
        const count = (protocol: string) => readSnmpCounter(file.text, protocol, 'InCsumErrors');
        const { container } = endpoint;
        counts.set(endpoint, { host, container, tcp: count('Tcp'), udp: count('Udp') });
      }
    }),
  );
  return counts;
}

/** Returns the errors since that reading. */
export function countedSince(
  before: ReadonlyMap<OverlayEndpoint, Counts>,
  after: ReadonlyMap<OverlayEndpoint, Counts>,
): Counts[] {
  return [...after].flatMap(([endpoint, { tcp, udp, ...place }]) => {
    const old = before.get(endpoint);
    if (old === undefined) return [];
    const more = { tcp: tcp - old.tcp, udp: udp - old.udp };
    return more.tcp > 0 || more.udp > 0 ? [{ ...place, ...more }] : [];
  });
}

/** A counter of /proc/net/snmp: a line of names and a line of values for each protocol. 0 when the kernel has it not. */
export function readSnmpCounter(text: string, protocol: string, name: string): number {
  const [names = [], values = []] = text
    .split('\n')
    .filter((line) => line.startsWith(`${protocol}: `))
    .map((line) => line.split(' '));
  const value = values[names.indexOf(name)];
  return names.includes(name) ? z.coerce.number().parse(value) : 0;
}
