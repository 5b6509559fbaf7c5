import { HarnessError } from '../../process/errors/harness-error.ts';
import {
  type AddressRange,
  formatRange,
  parseRange,
  usualRanges,
} from '../../process/address-range.ts';
import { findOverlap, readRoutes, type Route } from '../network/routes.ts';
import type { Store } from '../state/store.ts';
import { hostLink, readStoreRange } from '../network/switch.ts';
import { type Finding, fine, missing } from './host-finding.ts';

const subject = 'address range';

/**
 * Which range machines would get.
 *
 * @param had the range that the store has already
 * @param wanted what E2E_SUBNET says
 */
export function judgeRange(
  routes: readonly Route[],
  had: AddressRange | undefined,
  wanted: AddressRange | undefined,
): Finding {
  const range = wanted ?? had;
  if (range === undefined) {
    const free = usualRanges.find((one) => findOverlap(routes, one) === undefined);
    if (free !== undefined) return fine(subject, `${formatRange(free)} is free`);
    const remedy = 'name another in E2E_SUBNET, such as 10.99.0.0/24';
    return missing(subject, 'this host routes all of 192.168.0.0/16', remedy);
  }
  const own = had === undefined ? undefined : hostLink(had);
  const others = routes.filter(({ device }) => device !== own);
  const inTheWay = findOverlap(others, range);
  if (inTheWay === undefined) {
    return fine(subject, `${formatRange(range)} is ${had === undefined ? 'free' : 'the store’s'}`);
  }
  return missing(
    subject,
    `this host routes ${formatRange(inTheWay.range)} through ${inTheWay.device}`,
    had === undefined
      ? 'name another in E2E_SUBNET, or none to get a free one'
      : 'take the store down with «overlay-e2e down», or name another in MACHINE_STORAGE_PATH',
  );
}

/** Whether there is a range for the machines of a store. */
export async function examineRange(
  store: Store,
  env: Readonly<Record<string, string>>,
): Promise<Finding> {
  try {
    const text = process.env['E2E_SUBNET'] ?? '';
    const wanted = text === '' ? undefined : parseRange(text);
    return judgeRange(await readRoutes(env), readStoreRange(store), wanted);
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    return missing(subject, `${error.tried}: ${error.observed}`, error.remedy ?? '');
  }
}
