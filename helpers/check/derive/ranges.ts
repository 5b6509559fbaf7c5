import { contains, formatAddress, overlap, readRange } from '../../process/address-range.ts';

/** Returns true if two ranges, such as `10.0.9.0/24`, or addresses have an address in common. */
export function isOverlapping(one: string, other: string): boolean {
  const [a, b] = [readRange(one), readRange(other)];
  return a !== undefined && b !== undefined && overlap(a, b);
}

/** Returns true if one range contains the other. */
export function isInside(inner: string, outer: string): boolean {
  const [a, b] = [readRange(inner), readRange(outer)];
  return a !== undefined && b !== undefined && contains(b, a);
}

/** Returns a range of 256 addresses that overlaps none of these; undefined if 10.0.0.0/8 has none. */
export function findFreeRange(taken: readonly string[]): string | undefined {
  // From the middle, because the beginning is used most.
  for (let index = 0; index < 65_536; index += 1) {
    const range = `${formatAddress(0x0a_40_00_00 + ((index * 256) % 0xc0_00_00))}/24`;
    if (!taken.some((one) => isOverlapping(one, range))) return range;
  }
  return undefined;
}
