import { isDeepStrictEqual } from 'node:util';
import { type ClusterPlan, keystoreOf } from '../../cluster/cluster-plan.ts';
import type { TopologyDocument } from '../document.ts';
import {
  type ContainerPlace,
  filesOf,
  includesStage,
  placesOf,
  servicesOf,
  type Stage,
  type Topology,
  type TopologyMachine,
} from '../topology.ts';
import type { Change } from './change.ts';

type RunningMachine = TopologyDocument['machines'][number];
type RunningNetwork = TopologyDocument['networks'][number];

/** The reason of an object that the topology has no more. */
const NOT_WANTED = 'it is not in the topology';

/** The reason of an object that the running topology does not have yet. */
const NEW = 'it is new in the topology';

/** Finds changes in the description of a cluster since the bring-up. */
export function findDescriptionChanges(
  topology: Topology,
  until: Stage,
  document: TopologyDocument,
): Change[] {
  const has = (stage: Stage) => includesStage(until, stage) && includesStage(document.stage, stage);
  return [
    ...compareClusters(document.cluster, topology.cluster),
    ...compareMachines(topology, has('cluster'), document),
    ...(has('network') ? compareNetworks(topology, document) : []),
    ...(has('workload')
      ? [
          ...compareContainers(topology, document),
          ...compareMarked(
            'service',
            (document.services ?? []).map(({ service: name, mark }) => ({ name, mark })),
            servicesOf(topology).map(({ service: name, mark }) => ({ name, mark })),
          ),
          ...(['config', 'secret'] as const).flatMap((kind) =>
            compareMarked(
              kind,
              (document.files ?? []).filter((one) => one.kind === kind),
              filesOf(topology).filter((one) => one.kind === kind),
            ),
          ),
        ]
      : []),
  ];
}

function compareClusters(running: ClusterPlan, wanted: ClusterPlan): Change[] {
  if (isDeepStrictEqual(running, wanted)) return [];
  const reason = `its cluster is ${describePlan(running)}, not ${describePlan(wanted)}`;
  return [{ action: 'impossible', kind: 'cluster', name: wanted.kind, reason }];
}

function describePlan(plan: ClusterPlan): string {
  return Object.values(plan).join(' ');
}

function compareMachines(
  { machines, cluster }: Topology,
  hasCluster: boolean,
  document: TopologyDocument,
): Change[] {
  const kind = 'machine';
  const keystore = keystoreOf(cluster);
  const expected = hasCluster ? machines : machines.filter(({ name }) => name === keystore);
  return [
    ...document.machines
      .filter(({ name }) => !machines.some((one) => one.name === name))
      .map(({ name }): Change => ({ action: 'remove', kind, name, reason: NOT_WANTED })),
    ...expected.flatMap((wanted): Change[] => {
      const { name } = wanted;
      const running = document.machines.find((one) => one.name === name);
      return running === undefined
        ? [{ action: 'add', kind, name, reason: NEW }]
        : compareMachine(running, wanted);
    }),
  ];
}

function compareMachine(running: RunningMachine, wanted: TopologyMachine): Change[] {
  const { name } = running;
  const kind = 'machine';
  const impossible = (reason: string): Change => ({ action: 'impossible', kind, name, reason });
  const labels = [running, wanted].map(({ nodeLabels = [] }) => nodeLabels.toSorted().join(' '));
  return [
    ...(running.engineBundle === wanted.engineBundle
      ? []
      : [
          impossible(
            `it was created with engine ${running.engineBundle ?? running.engineVersion}, but the topology requires ${wanted.engineBundle}`,
          ),
        ]),
    ...(running.kernel === wanted.kernel
      ? []
      : [
          impossible(
            wanted.kernel === 'own'
              ? 'it was created without its own kernel'
              : 'it was created with its own kernel',
          ),
        ]),
    ...(labels[0] === labels[1]
      ? []
      : [
          {
            action: 'change',
            kind,
            name,
            reason: `its node labels are ${labels[0] || 'none'}, not ${labels[1] || 'none'}`,
            inPlace: true,
          } as const,
        ]),
  ];
}

function compareNetworks(topology: Topology, document: TopologyDocument): Change[] {
  const kind = 'network';
  return [
    ...document.networks
      .filter(({ name }) => !topology.networks.some((one) => one.name === name))
      .map(({ name }): Change => ({ action: 'remove', kind, name, reason: NOT_WANTED })),
    ...topology.networks.flatMap((wanted): Change[] => {
      const { name } = wanted;
      const running = document.networks.find((one) => one.name === name);
      if (running === undefined) return [{ action: 'add', kind, name, reason: NEW }];
      const reason = compareNetwork(running, wanted);
      return reason === undefined ? [] : [{ action: 'change', kind, name, reason }];
    }),
  ];
}

function compareNetwork(
  running: RunningNetwork,
  wanted: Topology['networks'][number],
): string | undefined {
  if (running.subnet !== wanted.subnet) {
    return `its subnet is ${running.subnet}, not ${wanted.subnet}`;
  }
  for (const option of ['encrypted', 'internal'] as const) {
    const was = running[option] ?? false;
    if (was !== (wanted[option] ?? false)) return `it is ${was ? '' : 'not '}${option}`;
  }
  return undefined;
}

function compareContainers(topology: Topology, document: TopologyDocument): Change[] {
  const kind = 'container';
  const places = placesOf(topology);
  return [
    ...document.workload
      .filter(({ container }) => !places.some((one) => one.container === container))
      .map(
        ({ container, machine }): Change => ({
          action: 'remove',
          kind,
          name: container,
          host: machine,
          reason: NOT_WANTED,
        }),
      ),
    ...places.flatMap((place): Change[] => {
      const { container: name, machine: host } = place;
      const running = document.workload.find(({ container }) => container === name);
      if (running === undefined) return [{ action: 'add', kind, name, host, reason: NEW }];
      const reason = compareContainer(running, place);
      return reason === undefined ? [] : [{ action: 'change', kind, name, host, reason }];
    }),
  ];
}

function compareContainer(
  running: TopologyDocument['workload'][number],
  { machine, network, mark }: ContainerPlace,
): string | undefined {
  if (running.machine !== machine) return `it is on ${running.machine}, not on ${machine}`;
  if (running.network !== network) {
    return `its network is ${running.network}, not ${network}`;
  }
  return running.mark === mark ? undefined : 'its description has changed';
}

interface Marked {
  readonly name: string;
  readonly mark: string;
}

function compareMarked(
  kind: 'service' | 'config' | 'secret',
  known: readonly Marked[],
  wanted: readonly Marked[],
): Change[] {
  return [
    ...known
      .filter(({ name }) => !wanted.some((one) => one.name === name))
      .map(({ name }): Change => ({ action: 'remove', kind, name, reason: NOT_WANTED })),
    ...wanted.flatMap(({ name, mark }): Change[] => {
      const running = known.find((one) => one.name === name);
      if (running === undefined) return [{ action: 'add', kind, name, reason: NEW }];
      if (running.mark === mark) return [];
      const part = kind === 'service' ? 'description' : 'content';
      return [{ action: 'change', kind, name, reason: `its ${part} has changed` }];
    }),
  ];
}
