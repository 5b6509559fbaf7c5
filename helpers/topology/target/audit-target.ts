import type { AuditTarget, Expectations, TargetHost } from '../../check/model/target.ts';
import { parseStoreUrls } from '../../check/model/store-urls.ts';
import {
  clusterKindOf,
  type ClusterPlan,
  keystoreOf,
  storeOf,
} from '../../cluster/cluster-plan.ts';
import { openKeyValueStore } from '../../cluster/key-value/open-store.ts';
import { connectEngine } from '../../docker/engine.ts';
import type { Machine } from '../../machine/machine.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { firstCar } from '../../workload/car-service.ts';
import type { ClusterFile } from '../describe/cluster-file-schema.ts';
import type { TopologyDocument } from '../document.ts';

/** A running topology as it is to be audited: its members, its store, and what its document says of it. */
export function topologyTarget(
  document: TopologyDocument,
  machines: readonly Machine[],
): AuditTarget {
  const { topology, cluster, networks } = document;
  const keystore = keystoreOf(cluster);
  const members = document.machines.filter(({ name }) => name !== keystore);
  return {
    ...clusterOf(document, cluster),
    name: `topology ${topology}`,
    hosts: members.map(({ name }) => hostOf(findMachine(document, machines, name))),
    isComplete: true,
    expectations: {
      networks: networks.map(({ name, subnet }) => ({ name, subnet })),
      ...expectWorkload(document),
    },
  };
}

/** Machines whose cluster nobody has described: what can be known of it, its engines say. */
export function machinesTarget(machines: readonly Machine[]): AuditTarget {
  const names = machines.map(({ name }) => name);
  return {
    name: names.length > 4 ? `${names.length} engines` : names.join(', '),
    hosts: machines.map(hostOf),
    isComplete: false,
    expectations: {},
  };
}

/**
 * The cluster that a file describes.
 *
 * @param machines its hosts, in the file's order
 * @param fallback what it is called that has no name of its own
 */
export function describedTarget(
  { name, store, complete = false, expect = {} }: ClusterFile,
  machines: readonly Machine[],
  fallback: string,
): AuditTarget {
  const { application, ...others } = expect;
  return {
    name: name ?? fallback,
    hosts: machines.map(hostOf),
    store: store === undefined ? undefined : parseStoreUrls(store)[0],
    isComplete: complete,
    expectations: {
      ...others,
      application: application === undefined ? undefined : { status: 200, ...application },
    },
  };
}

function hostOf(machine: Machine): TargetHost {
  const address = machine.address === '' ? undefined : machine.address;
  return { name: machine.name, engine: connectEngine(machine), address };
}

/** How the engines of a plan's cluster find each other, and where. */
export function clusterOf(
  { machines }: { readonly machines: readonly Pick<Machine, 'name' | 'address'>[] },
  cluster: ClusterPlan,
): Pick<AuditTarget, 'kind' | 'store'> {
  const { auditKind } = clusterKindOf(cluster);
  const planned = storeOf(cluster);
  if (planned === undefined) return { kind: auditKind };
  const { address = '' } = machines.find(({ name }) => name === planned.machine) ?? {};
  const { kind, port } = openKeyValueStore(planned.kind, address);
  return { kind: auditKind, store: { kind, address, port } };
}

function findMachine(
  { topology, store }: TopologyDocument,
  machines: readonly Machine[],
  wanted: string,
): Machine {
  const machine = machines.find(({ name }) => name === wanted);
  if (machine !== undefined) return machine;
  throw new HarnessError({
    code: 'machine-unknown',
    tried: `check topology ${topology}`,
    observed: `the store ${store} has its machine ${wanted} no more`,
    remedy: 'stand it up again: «overlay-e2e down», «overlay-e2e up»',
  });
}

/** Its containers; and of the car service what `up` has seen it answer. */
function expectWorkload({
  workload,
  carEndpoint,
}: TopologyDocument): Pick<Expectations, 'containers' | 'application'> {
  const [application, database] = workload.map(({ container }) => container);
  return {
    containers: workload.map(({ container, machine, network }) => ({
      name: container,
      host: machine,
      network,
    })),
    application:
      carEndpoint === undefined
        ? undefined
        : {
            url: carEndpoint,
            status: 200,
            body: firstCar,
            container: application,
            database,
            isCarService: true,
          },
  };
}
