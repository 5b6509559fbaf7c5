import { observedKernels } from '../../derive/kernel/expected-tables.ts';
import type { Comparison } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import type { ConnectionTable, HostState } from '../../model/views/host-state.ts';
import { kernelOutcome } from '../kernel/kernel-outcome.ts';

/** The kernel of every host has room for further tracked connections. */
export const connections: Comparison = {
  name: 'connections',
  title: 'every host has room for further connections',
  layer: 'kernel',
  needs: 'privileged-probe',
  compare: (observation) => {
    const tables = observedKernels(observation).flatMap(({ host: { name }, kernel: { host } }) =>
      host?.before.connections === undefined
        ? []
        : { name, before: host.before, after: host.after },
    );
    return kernelOutcome(
      observation,
      tables.flatMap(({ name, before, after }) => describeFull(name, before, after ?? before)),
      tables.map(
        ({ name, before: { connections: table } }) =>
          `${name}: ${table?.count ?? 0} of ${table?.capacity ?? 0} connections`,
      ),
    );
  },
};

/** The share of its room at which a table counts as full: its kernel forgets old connections and tracks new ones. */
const FULL = 0.95;

/**
 * The share that proves that dropped packets found no room: the kernel also counts simultaneous first packets of one
 * connection. A full table whose room was doubled has less.
 */
const NEARLY_FULL = 0.75;

const isAbove =
  (share: number) =>
  ({ count, capacity }: ConnectionTable) =>
    count >= capacity * share;

function describeFull(
  host: string,
  { connections: before }: HostState,
  { connections: after = before }: HostState,
): Difference[] {
  if (before === undefined || after === undefined) return [];
  const dropped = after.dropped - before.dropped;
  const isFull = [before, after].every(isAbove(FULL));
  const hadNoRoom = dropped > 0 && [before, after].some(isAbove(NEARLY_FULL));
  if (!isFull && !hadNoRoom) return [];
  const { count, capacity } = after;
  const lost = dropped > 0 ? `, and dropped ${dropped} packets during the check` : '';
  return [
    {
      kind: 'connections-refused',
      where: { host },
      expected: { dropped: 0 },
      observed: { count, capacity, dropped: Math.max(0, dropped) },
      text: `the kernel of ${host} tracks ${count} of ${capacity} connections${lost}`,
    },
  ];
}
