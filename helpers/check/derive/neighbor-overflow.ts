import { seenKernels } from './expected-tables.ts';
import type { Observation } from '../model/observation.ts';
import type { NeighbourTable } from '../model/kernel-view.ts';
import { hops, type Trial } from '../model/paths-view.ts';
import { whatWasSeen } from '../model/observed.ts';

/** A host whose kernel had no room for more neighbours while live probes were sent. */
export interface FullTable {
  readonly host: string;
  readonly table: NeighbourTable;
  /** How often meanwhile. */
  readonly refused: number;
}

/**
 * The hosts whose kernels had no room for more neighbours, where it was felt: a container, or the host itself, asks for
 * the MAC address of whom it sends to, and the kernel drops the packet where it cannot note that it has asked. It keeps one
 * table for all of its network namespaces, so it may be somebody else's packet that was dropped.
 */
export function findFullTables(observation: Observation): FullTable[] {
  const { hostTrials = [], trials = [] } = whatWasSeen(observation.paths) ?? {};
  const stuck = [...hostTrials, ...trials].filter(isStuck);
  return seenKernels(observation).flatMap(({ host: { name: host }, kernel }) => {
    const { before, after: table } = kernel.neighbourTable ?? {};
    if (before === undefined || table === undefined) return [];
    const refused = table.refused - before.refused;
    const isFelt = stuck.some(({ from, to }) => from.host === host || to.host === host);
    return refused > 0 && isFelt ? [{ host, table, refused }] : [];
  });
}

/** Whether a question, or its answer, ended where a kernel needs the MAC address of whom it sends to. */
export function isStuck({ answered, arrived, sightings }: Trial): boolean {
  if (answered) return false;
  const last = Math.max(-1, ...sightings.map(({ hop }) => hops.indexOf(hop)));
  return arrived || last < hops.indexOf('sender-nic') || last === hops.indexOf('receiver');
}
