import type { PacketAddresses } from '../model/trace.ts';
import type { OrderedHop } from './order-records.ts';

/** Describes the changes of a packet from one hop to the next: rewritten addresses, headers added and removed. */
export function describeChanges(before: OrderedHop, now: OrderedHop): string[] {
  const isEncrypted = now.kind === 'esp';
  if (isEncrypted && before.kind !== 'esp') {
    return [`encrypted: ESP, ${now.source} to ${now.destination}, SPI ${hexadecimal(now.spi)}`];
  }
  if (isEncrypted) return [];
  const decrypted = before.kind === 'esp' ? ['decrypted'] : [];
  if (before.kind === 'esp' && now.outer !== undefined) return decrypted;
  return [...decrypted, ...describeOuter(before, now), ...describeAddresses(before, now)];
}

function describeOuter(before: OrderedHop, now: OrderedHop): string[] {
  if (now.outer !== undefined && before.outer === undefined) {
    const { vni, source, destination } = now.outer;
    return [`encapsulated: VXLAN ${vni}, ${source} to ${destination}`];
  }
  return before.outer !== undefined && now.outer === undefined ? ['decapsulated'] : [];
}

function describeAddresses(before: OrderedHop, now: OrderedHop): string[] {
  // The other addresses are in the packet inside.
  if (before.kind === 'esp') return [];
  const [from, to] = [endsOf(before), endsOf(now)];
  return (['source', 'destination'] as const).flatMap((end) =>
    from[end] === to[end] ? [] : [`${end} ${from[end]} is now ${to[end]}`],
  );
}

/** The ends of a packet, with their ports. */
function endsOf(packet: PacketAddresses): Record<'source' | 'destination', string> {
  const { source, sourcePort, destination, destinationPort } = packet;
  return {
    source: withPort(source, sourcePort),
    destination: withPort(destination, destinationPort),
  };
}

function withPort(address: string, port: number | undefined): string {
  return port === undefined ? address : `${address}:${port}`;
}

function hexadecimal(number = 0): string {
  return `0x${number.toString(16).padStart(8, '0')}`;
}
