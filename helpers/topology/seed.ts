import type { Topology } from './topology.ts';

/** The tutorial's network and containers, for any cluster of its two hosts. */
export const carCluster = {
  networks: [
    { name: 'my-net', driver: 'overlay', subnet: '10.0.9.0/24', createdOn: 'master-host' },
  ],
  workload: {
    network: 'my-net',
    application: { container: 'tomcat-app', machine: 'master-host' },
    database: { container: 'mysqlserver', machine: 'worker-host' },
  },
} as const satisfies Pick<Topology, 'networks' | 'workload'>;

/** The tutorial's hosts, and a machine with the key-value store. */
export const onKeystore = {
  ...carCluster,
  machines: [{ name: 'mh-keystore' }, { name: 'master-host' }, { name: 'worker-host' }],
} as const;

/** The tutorial's own cluster. */
export const seed: Topology = {
  ...onKeystore,
  name: 'seed',
  cluster: { kind: 'consul', keystore: 'mh-keystore', advertise: 'eth1:2376' },
};
