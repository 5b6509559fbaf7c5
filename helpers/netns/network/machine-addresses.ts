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

/** Machines are numbered from here, as docker-machine's VirtualBox driver does: .100, .101, … */
const firstMachine = 100;

/** The ranges to try when none is configured, in this order: VirtualBox's default first, as in the tutorial. */
export const usualRanges: readonly AddressRange[] = [
  ...Array.from({ length: 100 }, (_, i) => `192.168.${99 + i}.0/24`),
  ...Array.from({ length: 99 }, (_, i) => `192.168.${i}.0/24`),
].map(parseRange);

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
