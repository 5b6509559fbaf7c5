import { formatAddress, parseAddress } from '../../process/address-range.ts';

/** An IPv4 range, by its first and its last address as numbers. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

/** Reads `10.0.9.0/24`, or an address alone; undefined when it is neither. */
function readRange(text: string): Range | undefined {
  const [address = '', length = '32'] = text.split('/');
  const number = parseAddress(address);
  const bits = Number(length);
  if (number === undefined || !/^\d+$/.test(length) || bits > 32) return undefined;
  const size = 2 ** (32 - bits);
  const first = number - (number % size);
  return { first, last: first + size - 1 };
}

export function isOverlapping(one: string, other: string): boolean {
  const [a, b] = [readRange(one), readRange(other)];
  return a !== undefined && b !== undefined && a.first <= b.last && b.first <= a.last;
}

/** Tells if one range contains the other. */
export function isInside(inner: string, outer: string): boolean {
  const [a, b] = [readRange(inner), readRange(outer)];
  return a !== undefined && b !== undefined && b.first <= a.first && a.last <= b.last;
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
