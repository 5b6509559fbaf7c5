import type { EndPair } from '../../derive/endpoints.ts';

/** The kernel of a host, as far as it notes whom containers talk to. */
export interface HostKernel {
  /** Hosts that have the same share it, and its table of neighbours. */
  readonly boot: string;
  /** Entries of that table. */
  readonly room: number;
}

/** Of a table, what an audit may fill: the rest is for those whose it is. */
const SHARE = 0.5;

/**
 * Counts what a kernel has to note for probes, and says whether a pair still fits: its sender's asks for the receiver, and
 * its receiver's, which is to answer, for the sender. The way back of a pair needs nothing more.
 *
 * @param kernels by the name of the host; one that is not known has room enough
 */
export function countRoom(kernels: ReadonlyMap<string, HostKernel>): (pair: EndPair) => boolean {
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
      return takenOn(kernel).size + more <= kernel.room * SHARE;
    });
    if (fits) for (const { kernel, entry } of needs) takenOn(kernel).add(entry);
    return fits;
  };
}
