import { clusterKindOf, keystoreOf, storeOf } from '../../cluster/cluster-plan.ts';
import type { KeyValueStore } from '../../cluster/key-value/stores/key-value-store.ts';
import { openKeyValueStore } from '../../cluster/key-value/stores/open-store.ts';
import { connectEngine, type Engine } from '../../docker/engine.ts';
import type { MachineProvider } from '../../machine/machine.ts';
import type { OwnWorkload } from '../bring-up/prepare-own-images.ts';
import type { prepareImages } from '../../workload/images/prepare-images.ts';
import type { Change } from '../reuse/change.ts';
import type { Topology } from '../topology.ts';
import type { DocumentRecord } from './document-record.ts';
import { isReplacement } from './plan-convergence.ts';

/** The work of a convergence. */
export interface Convergence {
  readonly topology: Topology;
  readonly own: OwnWorkload;
  readonly images: ReturnType<typeof prepareImages>;
  readonly changes: readonly Change[];
  readonly record: DocumentRecord;
  readonly provider: MachineProvider;
  readonly signal: AbortSignal;
}

/** Opens the key-value store of the running cluster; undefined if the cluster has none. */
export function storeIn({
  topology,
  record,
}: Pick<Convergence, 'topology' | 'record'>): KeyValueStore | undefined {
  const planned = storeOf(topology.cluster);
  const keystore = record.document.machines.find(({ name }) => name === planned?.machine);
  return planned === undefined || keystore === undefined
    ? undefined
    : openKeyValueStore(planned.kind, keystore.address);
}

/** Returns the names of the objects of a kind that are removed, also to be replaced. */
export function goneOf({ changes }: Pick<Convergence, 'changes'>, kind: Change['kind']): string[] {
  return changes
    .filter((one) => one.kind === kind && (one.action === 'remove' || isReplacement(one)))
    .map(({ name }) => name);
}

/** Returns the names of the objects of a kind that are created, also in the place of others. */
export function newOf({ changes }: Pick<Convergence, 'changes'>, kind: Change['kind']): string[] {
  return changes
    .filter((one) => one.kind === kind && (one.action === 'add' || isReplacement(one)))
    .map(({ name }) => name);
}

/** Connects to the engines of the cluster that run now, in the order of the document. */
export async function connectMembers({
  record,
  provider,
}: Pick<Convergence, 'record' | 'provider'>): Promise<Engine[]> {
  const machines = await provider.list();
  const { cluster } = record.document;
  const keystore = keystoreOf(cluster);
  const members = record.document.machines.filter(({ name }) => name !== keystore);
  return members.flatMap(({ name }) => {
    const machine = machines.find((one) => one.name === name && one.state === 'Running');
    return machine === undefined ? [] : connectEngine(machine);
  });
}

/** Returns the engines that know a network immediately after its creation: in swarm mode, the manager. */
export function informedOf({ cluster }: Topology, members: readonly Engine[]): Engine[] {
  const manager = clusterKindOf(cluster).serviceManagerOf(cluster);
  return members.filter(({ machine }) => manager === undefined || machine.name === manager);
}

/** Returns the engine of the only manager of a swarm; undefined in other clusters. */
export function managerOf({ cluster }: Topology, members: readonly Engine[]): Engine | undefined {
  const manager = clusterKindOf(cluster).serviceManagerOf(cluster);
  return members.find(({ machine }) => machine.name === manager);
}
