import type { Machine, MachineProvider, MachineRequest } from '../../../machine/machine.ts';
import type { PreparedImage, prepareImages } from '../../../workload/images/prepare-images.ts';
import type { TaskGroup } from '../task-group.ts';
import type { Stage, TopologyMachine } from '../../topology.ts';

/** The requirements of a cluster of any kind. */
export interface Forming {
  /** The last stage to bring up. */
  readonly until: Stage;
  readonly group: TaskGroup;
  readonly images: ReturnType<typeof prepareImages>;
  readonly provider: MachineProvider;
  /** Returns the archives of the workload's images that a machine needs. */
  readonly archivesFor: (machine: string) => Promise<string[]>;
}

/** The machines of a forming cluster, each group as soon as it is ready. */
export interface FormingCluster {
  /** The topology's machines outside of the cluster: the keystore. */
  readonly separate: Promise<Machine[]>;
  /** The machines of the cluster, in the topology's order, once their engines know each other. */
  readonly members: Promise<Machine[]>;
  /** The members that know a network immediately after its creation, on any of them. */
  readonly informed: Promise<Machine[]>;
}

/** Returns the request for a machine of the topology, with the additions of its cluster. */
export function requestFor(
  { engineOptions = [], ...machine }: TopologyMachine,
  added: Pick<MachineRequest, 'images' | 'engineOptions' | 'swarm'> = {},
): MachineRequest {
  return {
    ...machine,
    ...added,
    engineOptions: [...(added.engineOptions ?? []), ...engineOptions],
  };
}

/** Returns the image archives for a new machine. Its engine pulls images without an archive later. */
export function archivesOf(images: readonly PreparedImage[]): string[] {
  return images.flatMap(({ archive }) => archive ?? []);
}
