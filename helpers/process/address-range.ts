import { HarnessError } from './errors/harness-error.ts';
import { InputError } from './errors/input-error.ts';

/** An IPv4 range: 192.168.99.0/24. */
export interface AddressRange {
  /** First address, as a number. */
  readonly first: number;
  readonly prefix: number;
}

/** Machines are numbered from here, as docker-machine's VirtualBox driver does: .100, .101, … */
const firstMachine = 100;

/** The ranges to try when none is configured, in this order: VirtualBox's default first, as in the tutorial. */
export const usualRanges: readonly AddressRange[] = [
  ...Array.from({ length: 100 }, (_, i) => `192.168.${99 + i}.0/24`),
  ...Array.from({ length: 99 }, (_, i) => `192.168.${i}.0/24`),
].map(parseRange);

/** Reads `192.168.99.0/24`. */
export function parseRange(text: string): AddressRange {
  const subject = `address range ${text}`;
  const remedy = 'give one like 192.168.99.0/24';
  const [address = '', prefixText = '', ...more] = text.split('/');
  const prefix = Number(prefixText);
  const first = parseAddress(address);
  if (first === undefined || more.length > 0 || !/^\d+$/.test(prefixText)) {
    throw new InputError({
      code: 'address-invalid',
      subject,
      observed: 'it is not an IPv4 range',
      remedy,
    });
  }
  if (prefix < 16 || prefix > 24) {
    throw new InputError({
      code: 'address-invalid',
      subject,
      observed: 'its length is not from /16 to /24',
      remedy,
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

/** The host's own address in the range: .1. */
export function hostAddress({ first }: AddressRange): string {
  return formatAddress(first + 1);
}

/** The gateway of machines with egress: .2. */
export function egressAddress({ first }: AddressRange): string {
  return formatAddress(first + 2);
}

/** The name server of machines with egress: .3. */
export function nameServerAddress({ first }: AddressRange): string {
  return formatAddress(first + 3);
}

export function overlap(a: AddressRange, b: AddressRange): boolean {
  const prefix = Math.min(a.prefix, b.prefix);
  return networkOf(a.first, prefix) === networkOf(b.first, prefix);
}

/** Returns the lowest free address for a machine. */
export function nextAddress(range: AddressRange, taken: ReadonlySet<string>): string {
  const size = 2 ** (32 - range.prefix);
  for (let offset = firstMachine; offset < size - 1; offset++) {
    const address = formatAddress(range.first + offset);
    if (!taken.has(address)) return address;
  }
  throw new HarnessError({
    code: 'range-full',
    tried: `next address in ${formatRange(range)}`,
    observed: 'all addresses are in use',
    remedy: 'remove machines, or use another store (MACHINE_STORAGE_PATH)',
  });
}

/** Refuses an address that a machine cannot have in the range. */
export function checkAddress(
  address: string,
  range: AddressRange,
  taken: ReadonlyMap<string, string>,
): void {
  const tried = `address ${address}`;
  const number = parseAddress(address);
  const remedy = `give one from ${formatAddress(range.first + 4)} to ${formatAddress(lastOf(range) - 1)}`;
  if (number === undefined) {
    throw new HarnessError({
      code: 'address-invalid',
      tried,
      observed: 'it is not an IPv4 address',
      remedy,
    });
  }
  if (networkOf(number, range.prefix) !== range.first) {
    const observed = `it is not in ${formatRange(range)}, the range of this store's machines`;
    throw new HarnessError({ code: 'address-invalid', tried, observed, remedy });
  }
  if (number === range.first || number === lastOf(range)) {
    const observed = `it is the first or last address of ${formatRange(range)}`;
    throw new HarnessError({ code: 'address-invalid', tried, observed, remedy });
  }
  if (number === range.first + 1) {
    throw new HarnessError({
      code: 'address-taken',
      tried,
      observed: 'it belongs to the host',
      remedy,
    });
  }
  if ([egressAddress(range), nameServerAddress(range)].includes(address)) {
    throw new HarnessError({
      code: 'address-taken',
      tried,
      observed: 'it is reserved for egress',
      remedy,
    });
  }
  const owner = taken.get(address);
  if (owner !== undefined) {
    throw new HarnessError({
      code: 'address-taken',
      tried,
      observed: `machine ${owner} has it`,
      remedy: 'give another, or none',
    });
  }
}

/** The first address of the range that contains the address. */
function networkOf(address: number, prefix: number): number {
  const size = 2 ** (32 - prefix);
  return Math.floor(address / size) * size;
}

function lastOf({ first, prefix }: AddressRange): number {
  return first + 2 ** (32 - prefix) - 1;
}
