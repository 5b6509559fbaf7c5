import type { Topology } from './topology.ts';

/** The tutorial's own cluster. */
export const seed: Topology = {
  name: 'seed',
  cluster: { kind: 'consul', keystore: 'mh-keystore', advertise: 'eth1:2376' },
  machines: [{ name: 'mh-keystore' }, { name: 'master-host' }, { name: 'worker-host' }],
  networks: [
    { name: 'my-net', driver: 'overlay', subnet: '10.0.9.0/24', createdOn: 'master-host' },
  ],
  workload: {
    network: 'my-net',
    application: { container: 'tomcat-app', machine: 'master-host' },
    database: { container: 'mysqlserver', machine: 'worker-host' },
  },
};
