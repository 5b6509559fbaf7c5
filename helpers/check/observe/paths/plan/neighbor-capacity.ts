import type { EndpointPair } from '../../../derive/endpoints.ts';

/** The kernel of a host, as far as it notes whom containers talk to. */
export interface HostKernel {
  /** Hosts that have the same share it, and its table of neighbours. */
  readonly boot: string;
  /** Entries of that table. */
  readonly capacity: number;
}

/** The share of a neighbor table that a check may fill: the rest belongs to the containers. */
const SHARE = 0.5;

/**
 * Counts the neighbor entries that probes need, and tells if a pair still fits: an entry for the receiver at the sender,
 * and one for the sender at the receiver. The reverse direction needs no more.
 *
 * @param kernels by host name; an unknown one has enough capacity
 */
export function trackCapacity(
  kernels: ReadonlyMap<string, HostKernel>,
): (pair: EndpointPair) => boolean {
  const taken = new Map<string, Set<string>>();
  const takenOn = ({ boot }: HostKernel) => {
    const set = taken.get(boot) ?? new Set<string>();
    taken.set(boot, set);
    return set;
  };
  return ({ from, to }) => {
    const needs = [
      { kernel: kernels.get(from.host), entry: `${from.endpointId} ${to.endpointId}` },
      { kernel: kernels.get(to.host), entry: `${to.endpointId} ${from.endpointId}` },
    ].flatMap(({ kernel, entry }) =>
      kernel === undefined || takenOn(kernel).has(entry) ? [] : [{ kernel, entry }],
    );
    const fits = needs.every(({ kernel }) => {
      const more = needs.filter((one) => one.kernel.boot === kernel.boot).length;
      return takenOn(kernel).size + more <= kernel.capacity * SHARE;
    });
    if (fits) for (const { kernel, entry } of needs) takenOn(kernel).add(entry);
    return fits;
  };
}
