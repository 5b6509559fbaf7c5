import { auditCluster } from '../../helpers/check/audit.ts';
import { BROUGHT, prepareProbeImage } from '../../helpers/check/probe/start/probe-image.ts';
import type { AuditReport } from '../../helpers/check/model/report.ts';
import type { AuditTarget } from '../../helpers/check/model/target.ts';
import type { KeyValueStore } from '../../helpers/cluster/key-value/stores/key-value-store.ts';
import { waitForCluster } from '../../helpers/cluster/key-value/members.ts';
import { openKeyValueStore } from '../../helpers/cluster/key-value/stores/open-store.ts';
import { waitForSwarm } from '../../helpers/cluster/swarm-mode/swarm-mode.ts';
import type { Container } from '../../helpers/docker/containers/container.ts';
import { connectEngine, type Engine } from '../../helpers/docker/engine.ts';
import type { PathTools } from '../faults/checksum-faults.ts';
import type { RemoteEndpoint } from '../faults/overlay-faults.ts';
import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { createNetnsProvider } from '../../helpers/machine/netns/provider.ts';
import { topologyTarget } from '../../helpers/topology/target/audit-target.ts';
import type { TopologyDocument } from '../../helpers/topology/document.ts';
import { waitForCarService } from '../../helpers/workload/wait-for-car-service.ts';
import type { ClusterKind } from './topologies.ts';

/** The members. A key-value cluster also has `mh-keystore`. */
export const hostNames = ['master-host', 'worker-host', 'third-host'] as const;
export type HostName = (typeof hostNames)[number] | 'mh-keystore';

/** A cluster for specs that inject and undo defects. */
export interface DiagnosisLab {
  readonly kind: ClusterKind;
  readonly provider: MachineProvider;
  readonly document: TopologyDocument;
  readonly engine: (name: HostName) => Engine;
  readonly address: (name: HostName) => string;
  /** An unused address in the network of the machines. */
  readonly spareAddress: string;
  /** The address from which clients outside of the machines connect. */
  readonly clientAddress: string;
  readonly networkId: (name: string) => string;
  readonly container: (host: HostName, name: string) => Promise<Container>;
  /** Returns a container's endpoint on `my-net`, as the kernels of other hosts must know it. */
  endpoint(host: HostName, container: string): Promise<RemoteEndpoint>;
  /** The key-value store. Throws on a swarm, which has none. */
  readonly store: KeyValueStore;
  pathTools(): Promise<PathTools>;
  audit(): Promise<AuditReport>;
  /** Gives the cluster to another kind of observation. */
  observe<T>(look: (target: AuditTarget) => Promise<T>): Promise<T>;
  /** Returns when all engines are members of the cluster, know each other, and the car service answers. */
  settle(): Promise<void>;
}

/** Opens a running cluster that a document describes. */
export async function openLab(
  kind: ClusterKind,
  document: TopologyDocument,
): Promise<DiagnosisLab> {
  const provider = createNetnsProvider({ store: document.store });
  const machines = await Promise.all(document.machines.map(({ name }) => provider.inspect(name)));
  const engines = new Map(machines.map((machine) => [machine.name, connectEngine(machine)]));
  const engine = (name: HostName): Engine => {
    const found = engines.get(name);
    if (found === undefined) throw new Error(`the topology has no machine ${name}`);
    return found;
  };
  const address = (name: HostName) => engine(name).machine.address;
  const container = async (host: HostName, name: string) =>
    await engine(host).containers.find(name);
  const members = hostNames.map(engine);
  const openStore = () => openKeyValueStore('consul', address('mh-keystore'));
  return {
    kind,
    provider,
    document,
    engine,
    address,
    spareAddress: address('master-host').replace(/\d+$/, '222'),
    clientAddress: address('master-host').replace(/\d+$/, '1'),
    networkId: (name) => {
      const network = document.networks.find((one) => one.name === name);
      if (network === undefined) throw new Error(`the topology has no network ${name}`);
      return network.id;
    },
    container,
    endpoint: async (host, name) => {
      const { networks } = await (await container(host, name)).inspect();
      const { mac = '', address: own = '' } = networks['my-net'] ?? {};
      return { container: name, mac, address: own, host: address(host) };
    },
    get store() {
      return openStore();
    },
    pathTools: async () => {
      const { mark, archive } = await prepareProbeImage();
      return { provider, tools: { archive, tag: `${BROUGHT}${mark}` } };
    },
    audit: async () => await auditCluster(describeTarget(document, machines)),
    observe: async (look) => await look(describeTarget(document, machines)),
    settle: async () => {
      if (kind === 'seed') {
        const three = members.map(({ machine }) => machine);
        await waitForCluster(openStore(), three, { provider });
      } else await waitForSwarm(engine('master-host'), members);
      await waitForCarService({
        url: document.carEndpoint ?? '',
        limit: 60_000,
        containers: await Promise.all([
          container('master-host', 'tomcat-app'),
          container('worker-host', 'mysqlserver'),
        ]),
      });
    },
  };
}

function describeTarget(
  document: TopologyDocument,
  machines: Parameters<typeof topologyTarget>[1],
): AuditTarget {
  const target = topologyTarget(document, machines);
  const { containers = [] } = target.expectations;
  const extraContainers = [
    { name: 'bystander', host: 'worker-host', network: 'my-net' },
    { name: 'outsider', host: 'master-host', network: 'other-net' },
  ];
  return {
    ...target,
    expectations: { ...target.expectations, containers: [...containers, ...extraContainers] },
  };
}
