import { z } from 'zod';
import type { OverlayEnd } from '../../derive/endpoints.ts';
import type { PathsView } from '../../model/paths-view.ts';
import type { Station } from './probe-host.ts';

type Counts = PathsView['checksumErrors'][number];

/** Reads the current checksum error counters of the containers' kernels. */
export async function readChecksumErrors(
  ends: readonly OverlayEnd[],
  stationOf: (host: string) => Station | undefined,
): Promise<ReadonlyMap<OverlayEnd, Counts>> {
  const containers = new Map(ends.map((end) => [`${end.host} ${end.pid}`, end]));
  const counts = new Map<OverlayEnd, Counts>();
  await Promise.all(
    [...Map.groupBy(containers.values(), ({ host }) => host)].map(async ([host, own]) => {
      const files = await stationOf(host)?.probe.read(
        own.map(({ pid }) => `/proc/${pid}/net/snmp`),
      );
      for (const [index, end] of own.entries()) {
        const file = files?.[index];
        // A container that has exited has no counters.
        if (file === undefined || 'error' in file) continue;
        const count = (protocol: string) => readSnmpCounter(file.text, protocol, 'InCsumErrors');
        const { container } = end;
        counts.set(end, { host, container, tcp: count('Tcp'), udp: count('Udp') });
      }
    }),
  );
  return counts;
}

/** Returns the errors since that reading. */
export function countedSince(
  before: ReadonlyMap<OverlayEnd, Counts>,
  after: ReadonlyMap<OverlayEnd, Counts>,
): Counts[] {
  return [...after].flatMap(([end, { tcp, udp, ...place }]) => {
    const old = before.get(end);
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
