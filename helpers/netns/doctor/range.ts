import { HarnessError } from '../../process/errors/harness-error.ts';
import { type AddressRange, formatRange, parseRange } from '../../process/address-range.ts';
import { usualRanges } from '../network/machine-addresses.ts';
import { findOverlap, readHostRoutes, type Route } from '../network/routes.ts';
import type { Store } from '../state/store.ts';
import { hostLink, readStoreRange } from '../network/switch.ts';
import { type Finding, fine, missing } from './host-finding.ts';
import { readVariable } from '../../process/environment.ts';

const subject = 'address range';

/**
 * Checks the address range that machines would get.
 *
 * @param had the range that the state directory already has
 * @param wanted the range of E2E_SUBNET
 */
export function evaluateRange(
  routes: readonly Route[],
  had: AddressRange | undefined,
  wanted: AddressRange | undefined,
): Finding {
  const range = wanted ?? had;
  if (range === undefined) {
    const free = usualRanges.find((one) => findOverlap(routes, one) === undefined);
    if (free !== undefined) return fine(subject, `${formatRange(free)} is free`);
    const hint = 'set E2E_SUBNET to another range, such as 10.99.0.0/24';
    return missing(subject, 'this host routes all of 192.168.0.0/16', hint);
  }
  const own = had === undefined ? undefined : hostLink(had);
  const others = routes.filter(({ device }) => device !== own);
  const inTheWay = findOverlap(others, range);
  if (inTheWay === undefined) {
    return fine(
      subject,
      `${formatRange(range)} is ${had === undefined ? 'free' : 'in use by the state directory'}`,
    );
  }
  return missing(
    subject,
    `this host routes ${formatRange(inTheWay.range)} through ${inTheWay.device}`,
    had === undefined
      ? 'set E2E_SUBNET to another range, or unset it to use a free one'
      : 'remove the machines with "overlay-e2e down", or set MACHINE_STORAGE_PATH to another directory',
  );
}

/** Checks that a range is available for the machines of a state directory. */
export async function examineRange(
  store: Store,
  env: Readonly<Record<string, string>>,
): Promise<Finding> {
  try {
    const text = readVariable('E2E_SUBNET');
    const wanted = text === undefined ? undefined : parseRange(text);
    return evaluateRange(await readHostRoutes(env), readStoreRange(store), wanted);
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    return missing(subject, `${error.tried}: ${error.observed}`, error.hint ?? '');
  }
}
