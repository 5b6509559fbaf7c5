import {
  type AddressRange,
  formatAddress,
  formatRange,
  lastOf,
  networkOf,
  parseAddress,
  parseRange,
} from '../../process/address-range.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';

/** The number of the first machine's address, as with docker-machine's VirtualBox driver: .100, .101, … */
const firstMachine = 100;

/** The ranges to try if none is configured, in this order. The first is VirtualBox's default, as in the tutorial. */
export const usualRanges: readonly AddressRange[] = [
  ...Array.from({ length: 100 }, (_, i) => `192.168.${99 + i}.0/24`),
  ...Array.from({ length: 99 }, (_, i) => `192.168.${i}.0/24`),
].map(parseRange);

/** Returns the host's address in the range: .1. */
export function hostAddress({ first }: AddressRange): string {
  return formatAddress(first + 1);
}

/** Returns the gateway of machines with egress: .2. */
export function egressAddress({ first }: AddressRange): string {
  return formatAddress(first + 2);
}

/** Returns the name server of machines with egress: .3. */
export function nameServerAddress({ first }: AddressRange): string {
  return formatAddress(first + 3);
}

/** Returns the number of machines for which the range has addresses. */
export function capacityOf({ prefix }: AddressRange): number {
  return Math.max(0, 2 ** (32 - prefix) - 1 - firstMachine);
}

/** Returns the addresses that the first machines of a range get. */
export function firstAddresses(range: AddressRange, count: number): string[] {
  return Array.from({ length: Math.min(count, capacityOf(range)) }, (_, index) =>
    formatAddress(range.first + firstMachine + index),
  );
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
    hint: 'remove machines, or set MACHINE_STORAGE_PATH to another state directory',
  });
}

/** Throws if a machine cannot have an address in the range. */
export function checkAddress(
  address: string,
  range: AddressRange,
  taken: ReadonlyMap<string, string>,
): void {
  const tried = `address ${address}`;
  const number = parseAddress(address);
  const hint = `give an address from ${formatAddress(range.first + 4)} to ${formatAddress(lastOf(range) - 1)}`;
  if (number === undefined) {
    throw new HarnessError({
      code: 'address-invalid',
      tried,
      observed: 'not an IPv4 address',
      hint,
    });
  }
  if (networkOf(number, range.prefix) !== range.first) {
    const observed = `not in ${formatRange(range)}, the range of the state directory`;
    throw new HarnessError({ code: 'address-invalid', tried, observed, hint });
  }
  if (number === range.first || number === lastOf(range)) {
    const observed = `the first or last address of ${formatRange(range)}`;
    throw new HarnessError({ code: 'address-invalid', tried, observed, hint });
  }
  if (number === range.first + 1) {
    throw new HarnessError({
      code: 'address-taken',
      tried,
      observed: 'used by the host',
      hint,
    });
  }
  if ([egressAddress(range), nameServerAddress(range)].includes(address)) {
    throw new HarnessError({
      code: 'address-taken',
      tried,
      observed: 'reserved for egress',
      hint,
    });
  }
  const owner = taken.get(address);
  if (owner !== undefined) {
    throw new HarnessError({
      code: 'address-taken',
      tried,
      observed: `used by the machine ${owner}`,
      hint: 'give another address, or omit it',
    });
  }
}
