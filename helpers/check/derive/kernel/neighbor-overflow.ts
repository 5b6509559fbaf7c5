import { observedKernels } from './expected-tables.ts';
import type { Observation } from '../../model/observation.ts';
import type { NeighborTable } from '../../model/views/kernel-view.ts';
import { hops, type Trial } from '../../model/views/paths-view.ts';
import { valueOf } from '../../model/observed.ts';

/** A host whose kernel had no room for more neighbours while live probes were sent. */
export interface FullTable {
  readonly host: string;
  readonly table: NeighborTable;
  /** The overflows during the probes. */
  readonly refused: number;
}

/**
 * Returns the hosts whose neighbor tables overflowed with an effect: a kernel needs an entry for each address it sends to,
 * and drops the packet without one. All network namespaces share one table, so the dropped packet may belong to any of
 * them.
 */
export function findFullTables(observation: Observation): FullTable[] {
  const { hostTrials = [], trials = [] } = valueOf(observation.paths) ?? {};
  const stuck = [...hostTrials, ...trials].filter(isStuck);
  return observedKernels(observation).flatMap(({ host: { name: host }, kernel }) => {
    const { before, after: table } = kernel.neighborTable ?? {};
    if (before === undefined || table === undefined) return [];
    const refused = table.refused - before.refused;
    const isFelt = stuck.some(({ from, to }) => from.host === host || to.host === host);
    return refused > 0 && isFelt ? [{ host, table, refused }] : [];
  });
}

/** Returns true if a packet, or its answer, ended where a kernel needs a neighbor entry. */
export function isStuck({ answered, arrived, sightings }: Trial): boolean {
  if (answered) return false;
  const last = Math.max(-1, ...sightings.map(({ hop }) => hops.indexOf(hop)));
  return arrived || last < hops.indexOf('sender-nic') || last === hops.indexOf('receiver');
}
