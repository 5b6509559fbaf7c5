import { InputError } from './errors/input-error.ts';

/** An IPv4 range: 192.168.99.0/24. */
export interface AddressRange {
  /** First address, as a number. */
  readonly first: number;
  readonly prefix: number;
}

/** Reads `192.168.99.0/24`. */
export function parseRange(text: string): AddressRange {
  const subject = `address range ${text}`;
  const hint = 'give one like 192.168.99.0/24';
  const [address = '', prefixText = '', ...more] = text.split('/');
  const prefix = Number(prefixText);
  const first = parseAddress(address);
  if (first === undefined || more.length > 0 || !/^\d+$/.test(prefixText)) {
    throw new InputError({
      code: 'address-invalid',
      subject,
      observed: 'it is not an IPv4 range',
      hint,
    });
  }
  if (prefix < 16 || prefix > 24) {
    throw new InputError({
      code: 'address-invalid',
      subject,
      observed: 'its length is not from /16 to /24',
      hint,
    });
  }
  // VirtualBox's flag takes the host's address with the length (192.168.99.1/24): it means the range.
  return { first: networkOf(first, prefix), prefix };
}

/** Returns the range of an address with a prefix length of `/8` to `/29`; undefined for any other text. */
export function parseSubnet(text: string): AddressRange | undefined {
  const [, address = '', length = ''] = /^([\d.]+)\/(\d{1,2})$/.exec(text) ?? [];
  const number = parseAddress(address);
  const prefix = Number(length);
  if (number === undefined || prefix < 8 || prefix > 29) return undefined;
  return { first: networkOf(number, prefix), prefix };
}

/** Reads `192.168.99.100`; undefined if it is not an IPv4 address. */
export function parseAddress(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)) {
    return undefined;
  }
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}

export function formatRange({ first, prefix }: AddressRange): string {
  return `${formatAddress(first)}/${prefix}`;
}

/** Reads `10.0.9.0/24`, or an address alone as a range of one; undefined for any other text. */
export function readRange(text: string): AddressRange | undefined {
  const [address = '', length = '32'] = text.split('/');
  const number = parseAddress(address);
  const prefix = Number(length);
  if (number === undefined || !/^\d+$/.test(length) || prefix > 32) return undefined;
  return { first: networkOf(number, prefix), prefix };
}

/** Returns true if one range contains the other: all others have no address in common. */
export function overlap(a: AddressRange, b: AddressRange): boolean {
  const prefix = Math.min(a.prefix, b.prefix);
  return networkOf(a.first, prefix) === networkOf(b.first, prefix);
}

/** Returns true if a range has all addresses of another. */
export function contains(outer: AddressRange, inner: AddressRange): boolean {
  return outer.prefix <= inner.prefix && overlap(outer, inner);
}

/** Returns the first address of the range of this length that contains the address. */
export function networkOf(address: number, prefix: number): number {
  const size = 2 ** (32 - prefix);
  return Math.floor(address / size) * size;
}

export function lastOf({ first, prefix }: AddressRange): number {
  return first + 2 ** (32 - prefix) - 1;
}
