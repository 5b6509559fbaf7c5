import { z } from 'zod';
import { serviceAnswer, taskAnswer } from '../../../../helpers/docker/swarm/service-facts.ts';
import type { PortAnswer } from '../../../../helpers/check/model/views/application-view.ts';
import type {
  BalancerTables,
  KernelFeatures,
  MeshRules,
} from '../../../../helpers/check/model/views/balancing-view.ts';
import type { PathsView } from '../../../../helpers/check/model/views/paths-view.ts';
import type { ServiceConnectionsView } from '../../../../helpers/check/model/views/service-connections-view.ts';
import type { ServiceLookup } from '../../../../helpers/check/model/views/service-names-view.ts';
import type { Observation } from '../../../../helpers/check/model/observation.ts';
import { withoutValue, withValue } from '../../../../helpers/check/model/observed.ts';
import {
  readBalancerRules,
  readMeshRules,
  readLocalAddresses,
  readVirtualServices,
} from '../../../../helpers/check/observe/services/balancer-files.ts';
import type { ServicesView } from '../../../../helpers/check/derive/services.ts';
import { containerOf } from '../healthy-cluster.ts';
import { engineOf, hostOf, observationOf, overlayOf } from '../observation.ts';
import * as recorded from './recorded.ts';

export const FRONT = '2u548xul6whxp797ktwewbj0j';
const MESH = 'jnm0t0r860krdqptktgkum3uv';

const nodes = [
  { name: 'one', id: 'mc8yqgtdcnu1qadokhgn4er3a', address: '192.168.100.100' },
  { name: 'two', id: 'x9vlop38altrnbmvn2e2ebbmt', address: '192.168.100.101' },
] as const;

export type ServiceRecords = Omit<ServicesView, 'later'>;

/** The tables of the load balancer of `front`, as recorded. */
export const front: BalancerTables = {
  virtualServices: readVirtualServices(recorded.ipVs),
  forwards: true,
  tracks: true,
  addresses: readLocalAddresses(recorded.fibTrie),
  ...readBalancerRules(recorded.rules),
};

/** The tables of the routing mesh. */
export const mesh: BalancerTables = {
  virtualServices: readVirtualServices(recorded.ipVsOfMesh),
  forwards: true,
  tracks: true,
  addresses: ['10.0.0.2', '10.0.0.7', '10.0.0.4', '172.18.0.2', '127.0.0.1'],
  ...readBalancerRules(recorded.rulesOfMesh),
};

/** The rules of a host for published ports. */
export const hostRules: MeshRules = readMeshRules(recorded.natOfHost);

const whole: KernelFeatures = { matchesIpvs: true, filtersBridges: true };

const nothing = withoutValue('not looked at', 'not-requested');

/** The records of the managers. */
export const records: ServiceRecords = {
  services: z.array(serviceAnswer).parse(recorded.services),
  tasks: z.array(taskAnswer).parse(recorded.tasks),
};

/** The tables of the first node, at both reads when only the first is given. */
export interface Changes {
  readonly front?: readonly [BalancerTables | undefined, (BalancerTables | 'removed')?] | undefined;
  readonly mesh?: readonly [BalancerTables, BalancerTables?];
  readonly before?: ServiceRecords;
  readonly later?: ServiceRecords | undefined;
  readonly kernels?: 'unread';
  /** The rules of the first host, at both reads when only the first is given. */
  readonly hostRules?: readonly [MeshRules | undefined, MeshRules?];
  readonly ports?: readonly PortAnswer[];
  readonly lookups?: readonly ServiceLookup[];
  readonly connections?: ServiceConnectionsView;
  /** The features of the first kernel, at both reads when only the first is given. */
  readonly kernel?: readonly [KernelFeatures, KernelFeatures?];
  readonly paths?: PathsView;
}

/** Returns two nodes with a healthy service, with changes on the first. */
export function swarmWithService(changes: Changes = {}): Observation {
  const later = 'later' in changes ? changes.later : records;
  return observationOf({
    kind: 'swarm-mode',
    hosts: nodes.map(({ name, id, address }, index) => {
      const [before, after = before] = (index === 0 ? changes.front : undefined) ?? [front];
      const [meshBefore, meshAfter = meshBefore] = (index === 0 ? changes.mesh : undefined) ?? [
        mesh,
      ];
      const [rules, rulesLater = rules] = (index === 0 ? changes.hostRules : undefined) ?? [
        hostRules,
      ];
      const [kernel, kernelLater = kernel] = (index === 0 ? changes.kernel : undefined) ?? [whole];
      const networks = { networkId: FRONT, endpointId: `e${index}`, aliases: [], prefixLength: 24 };
      const end = {
        ...networks,
        gateway: '',
        mac: '02:42:0a:1e:00:03',
        address: `10.30.0.${3 + index}`,
      };
      const lb = { idPrefix: '2u548xul6', namespace: '/run/docker/netns/lb_2u548xul6' };
      const unread = [{ namespace: lb.namespace, why: 'no namespace' }];
      return hostOf(name, {
        address,
        engine: engineOf({
          info: {
            id: `ID OF ${name}`,
            name,
            swarm: 'active',
            swarmNode: { id, address, isManager: index === 0, managers: ['192.168.100.100:2377'] },
          },
          networks: [
            overlayOf('front', FRONT, '10.30.0.0/24', { scope: 'swarm' }),
            overlayOf('ingress', MESH, '10.0.0.0/24', { scope: 'swarm', ingress: true }),
          ],
          containers: [containerOf(`web.${index + 1}`, { networks: { front: end } })],
        }),
        balancing: withValue({
          mesh: { before: rules, after: rulesLater },
          kernel: { before: kernel, after: kernelLater },
          balancers: [
            ...((before === undefined && after === undefined) ||
            (index === 0 && changes.kernels === 'unread')
              ? []
              : [{ ...lb, before, after: after === 'removed' ? undefined : after }]),
            {
              idPrefix: undefined,
              namespace: '/run/docker/netns/ingress_sbox',
              before: meshBefore,
              after: meshAfter,
            },
          ],
          unread: index === 0 && changes.kernels === 'unread' ? unread : [],
        }),
      });
    }),
    application:
      changes.ports === undefined
        ? nothing
        : withValue({ ports: changes.ports, answer: undefined }),
    serviceNames: withValue({
      lookups: changes.lookups ?? [],
      blind: [],
      questions: { all: 1, asked: 1 },
    }),
    serviceConnections:
      changes.connections === undefined ? nothing : withValue(changes.connections),
    paths: changes.paths === undefined ? nothing : withValue(changes.paths),
    swarm: withValue({
      manager: 'one',
      nodes: nodes.map(({ name: hostname, id, address }) => ({
        id,
        hostname,
        address,
        state: 'ready' as const,
        message: '',
        availability: 'active' as const,
        role: 'worker' as const,
        manager: undefined,
        engineVersion: '26.1.5',
        labels: {},
      })),
      networks: [
        { id: FRONT, name: 'front', subnets: ['10.30.0.0/24'], vnis: [4097], attachable: false },
        { id: MESH, name: 'ingress', subnets: ['10.0.0.0/24'], vnis: [4096], attachable: false },
      ],
      endpoints: [],
      ...(changes.before ?? records),
      later: later && { nodes: [], ...later },
    }),
  });
}

/** Returns the records with other tasks. */
export function withTasks(change: (tasks: ServiceRecords['tasks']) => ServiceRecords['tasks']) {
  return { ...records, tasks: change(records.tasks) };
}
