import type { AuditTarget, Expectations, TargetHost } from '../../check/model/target.ts';
import { parseStoreUrls } from '../../check/model/store-urls.ts';
import {
  clusterKindOf,
  type ClusterPlan,
  keystoreOf,
  storeOf,
} from '../../cluster/cluster-plan.ts';
import { openKeyValueStore } from '../../cluster/key-value/stores/open-store.ts';
import { connectEngine } from '../../docker/engine.ts';
import type { Machine } from '../../machine/machine.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { firstCar } from '../../workload/car-service.ts';
import type { ClusterFile } from '../describe/cluster-file-schema.ts';
import type { TopologyDocument } from '../document.ts';

/**
 * Returns the target of a check of a running topology: its members, its key-value store, and the content of its
 * document.
 */
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
      services: expectServices(document),
      ...expectWorkload(document),
    },
  };
}

/** Returns the target of a check of machines without a description, whose engines are the only source. */
export function machinesTarget(machines: readonly Machine[]): AuditTarget {
  const names = machines.map(({ name }) => name);
  return {
    name: names.length > 4 ? `${names.length} engines` : names.join(', '),
    // The members may know each other by other addresses than we do.
    hosts: machines.map((machine) => {
      const { address: reachedAt, ...host } = hostOf(machine);
      return { ...host, reachedAt };
    }),
    isComplete: false,
    expectations: {},
  };
}

/**
 * Returns the target of a check of a cluster file.
 *
 * @param machines its hosts, in the file's order
 * @param fallback the name of a cluster without a name
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

/** Returns the kind and the location of the store of a plan's cluster. */
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
    observed: `the machine ${wanted} is not in the state directory ${store} any more`,
    hint: 'bring it up again with "overlay-e2e down" and "overlay-e2e up"',
  });
}

function expectServices({ services }: TopologyDocument): Expectations['services'] {
  return services?.map(({ service, networks, ports, replicas }) => ({
    name: service,
    replicas,
    networks: networks.map(({ name }) => name),
    ports,
  }));
}

/** Returns the expected containers, and the answer of the car service that `up` has seen. */
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
