import type { HostView, Observation } from '../../../helpers/check/model/observation.ts';
import type { EngineView } from '../../../helpers/check/model/views/engine-view.ts';
import { withValue } from '../../../helpers/check/model/observed.ts';
import type { ContainerFacts } from '../../../helpers/docker/containers/container-facts.ts';
import { engineOf, hostOf, observationOf, overlayOf } from './observation.ts';

export const NETWORK_ID = 'bfd9d4176f01d3b343de19fa671a518c';
const STORE = 'consul://192.168.99.100:8500';

export const overlay = overlayOf('my-net', NETWORK_ID, '10.0.9.0/24');

/** Returns a running container on the overlay network. */
export function containerOf(
  name: string,
  { address = '10.0.9.2', ...parts }: Partial<ContainerFacts> & { address?: string } = {},
): ContainerFacts {
  return {
    id: `id-of-${name}`,
    name,
    status: 'running',
    running: true,
    exitCode: 0,
    error: '',
    pid: 100,
    startedAt: '2026-11-27T18:00:00Z',
    restartCount: 0,
    image: 'docam/image',
    imageId: 'sha256:0',
    hostname: name,
    terminal: false,
    labels: {},
    env: [],
    networks: {
      'my-net': {
        networkId: NETWORK_ID,
        endpointId: `end-of-${name}`,
        address,
        prefixLength: 24,
        gateway: '',
        mac: '02:42:0a:00:09:02',
        aliases: [],
      },
    },
    ports: {},
    hostConfig: {},
    raw: {},
    ...parts,
  };
}

const hosts = [
  { name: 'master-host', address: '192.168.99.101', container: 'tomcat-app', inside: '10.0.9.2' },
  { name: 'worker-host', address: '192.168.99.102', container: 'mysqlserver', inside: '10.0.9.3' },
  { name: 'third-host', address: '192.168.99.103', container: 'bystander', inside: '10.0.9.4' },
] as const;

/** Returns three hosts on Consul that are healthy according to engines and store, with changes. */
export function keyValueCluster(
  changes: {
    readonly hosts?: Readonly<Record<string, Partial<HostView>>>;
    readonly store?: Partial<Extract<Observation['store'], { value: unknown }>['value']>;
    readonly rest?: Partial<Observation>;
  } = {},
): Observation {
  const gossip = hosts.map(({ name, address }) => ({ name, address, state: 'alive' as const }));
  return observationOf({
    target: 'topology seed',
    kind: 'key-value',
    expectations: {
      networks: [{ name: 'my-net', subnet: '10.0.9.0/24' }],
      containers: hosts.map(({ name: host, container }) => ({
        name: container,
        host,
        network: 'my-net',
      })),
    },
    hosts: hosts.map(({ name, address }) =>
      hostOf(name, {
        address,
        engine: engineAt(name),
        gossip: withValue({ isThere: true, members: gossip }),
        ...changes.hosts?.[name],
      }),
    ),
    store: withValue({
      store: { kind: 'consul', address: '192.168.99.100', port: 8500 },
      version: 'Consul 1.8.7',
      members: hosts.map(({ address }) => ({ advertised: `${address}:2376` })),
      networks: [
        {
          id: NETWORK_ID,
          name: 'my-net',
          driver: 'overlay',
          subnets: ['10.0.9.0/24'],
          vnis: [256],
        },
      ],
      endpoints: hosts.map(({ address, container, inside }) => ({
        id: `end-of-${container}`,
        networkId: NETWORK_ID,
        name: container,
        address: inside,
        mac: '02:42:0a:00:09:02',
        locator: address,
      })),
      strange: [],
      ...changes.store,
    }),
    ...changes.rest,
  });
}

/** Returns the data that one of these engines reports, with changes. */
export function engineAt(
  name: string,
  { info, ...parts }: NonNullable<Parameters<typeof engineOf>[0]> = {},
): { value: EngineView } {
  const { address, container, inside } = hosts.find((one) => one.name === name) ?? hosts[0];
  return engineOf({
    info: {
      id: `ID OF ${name}`,
      name,
      clusterStore: STORE,
      clusterAdvertise: `${address}:2376`,
      ...info,
    },
    networks: [overlay],
    containers: [containerOf(container, { address: inside })],
    ...parts,
  });
}
