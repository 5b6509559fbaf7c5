import type { Cluster } from '../../helpers/cluster/cluster.ts';
import { firstLine } from '../../helpers/process/harness-error.ts';
import { tellEnvironment } from '../../helpers/report/environment.ts';
import type { TopologyDocument } from '../../helpers/topology/document.ts';

/** Tells the report on what this run ran: what one compares first when a run differs from an earlier one. */
export async function describeRun(document: TopologyDocument, { store }: Cluster): Promise<void> {
  const { topology, provider, machines } = document;
  const versions = new Set(machines.map(({ engineVersion }) => engineVersion));
  const held = await store
    .describe()
    // That a cluster's store is away is for the specs to tell.
    .catch((error: unknown) => `${document.cluster.kind} (version unknown: ${firstLine(error)})`);
  tellEnvironment({ provider, [topology]: `engine ${[...versions].join(', ')}, ${held}` });
}
