import type { Machine, MachineProvider, MachineRequest } from '../../../machine/machine.ts';
import type { PreparedImage, prepareImages } from '../../../workload/images/prepare-images.ts';
import type { TaskGroup } from '../task-group.ts';
import type { Stage, TopologyMachine } from '../../topology.ts';

/** What a cluster of any kind is formed with. */
export interface Forming {
  /** The last stage that is stood up. */
  readonly until: Stage;
  readonly group: TaskGroup;
  readonly images: ReturnType<typeof prepareImages>;
  readonly provider: MachineProvider;
  /** The files of the workload's images that a machine is to have. */
  readonly archivesFor: (machine: string) => Promise<string[]>;
}

/** What comes of it, each as soon as it is there. */
export interface FormingCluster {
  /** The machines that belong to the topology and not to its cluster: the keystore. */
  readonly beside: Promise<Machine[]>;
  /** The machines of the cluster, in the topology's order, once their engines know each other. */
  readonly members: Promise<Machine[]>;
  /** Those of them that tell of a network right after it was created, on whichever of them. */
  readonly informed: Promise<Machine[]>;
}

/** The request for a machine as the topology has it, with what its cluster adds. */
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

/** What a new machine is given; what has no archive is pulled by its engine later. */
export function archivesOf(images: readonly PreparedImage[]): string[] {
  return images.flatMap(({ archive }) => archive ?? []);
}
