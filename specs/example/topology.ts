import type { Topology } from 'overlay-e2e';

const both = { network: 'stairs', image: { debian: ['busybox-static'] } } as const;
const serve = ['sh', '-c', 'cd /srv && echo twelve tins > tins && exec httpd -f -p 8080'] as const;

export default {
  name: 'shop',
  cluster: { kind: 'etcd', keystore: 'store', advertise: 'eth1:2376' },
  machines: [{ name: 'store' }, { name: 'counter' }, { name: 'cellar' }],
  networks: [{ name: 'stairs', driver: 'overlay', subnet: '10.20.0.0/24', createdOn: 'cellar' }],
  containers: [
    { ...both, name: 'stock', machine: 'cellar', command: serve, listensOn: [8080] },
    { ...both, name: 'shop', machine: 'counter', command: ['sleep', 'infinity'] },
  ],
} as const satisfies Topology;
