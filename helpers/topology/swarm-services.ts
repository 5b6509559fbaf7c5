import { carDatabase } from '../workload/car-service.ts';
import type { Topology } from './topology.ts';

const account = {
  MYSQL_DATABASE: carDatabase.name,
  MYSQL_USER: carDatabase.user,
  MYSQL_PASSWORD: carDatabase.password,
} as const;

/**
 * Runs Tomcat, and keeps it for some seconds after the signal that ends the task. An engine sends the signal 2 s after it
 * has asked the other nodes to send no more connections. On slow machines, gossip and requests take longer.
 */
const LINGER = `trap 'sleep 5; kill -TERM $server' TERM
java @/usr/local/tomcat/conf/java.options org.apache.catalina.startup.Bootstrap start & server=$!
while kill -0 $server 2>/dev/null; do wait $server; done`;

/** Answers HTTP with the hostname of its node. */
const NODE_NAME = `mkdir -p /www; echo "$NODE" >/www/index.html
trap 'exit 0' TERM; busybox httpd -f -p 8081 -h /www & wait`;

/** The tutorial's application as services of a swarm, one of them in each mode. */
export const swarmServices = {
  name: 'swarm-services',
  cluster: { kind: 'swarm-mode', manager: 'master-host' },
  engineBundle: '26.1.5',
  machines: [{ name: 'master-host' }, { name: 'worker-host' }, { name: 'spare-host' }],
  networks: [
    { name: 'my-net', driver: 'overlay', subnet: '10.0.9.0/24', createdOn: 'master-host' },
    {
      name: 'data-net',
      driver: 'overlay',
      subnet: '10.0.10.0/24',
      createdOn: 'master-host',
      encrypted: true,
    },
  ],
  services: [
    {
      name: 'mysqlserver',
      networks: [{ name: 'data-net', aliases: ['database'] }],
      recipe: 'mysql',
      environment: { ...account, MYSQL_ROOT_PASSWORD: carDatabase.rootPassword },
      // Its data is on this node.
      constraints: ['node.hostname==worker-host'],
      listensOn: [3306],
    },
    {
      name: 'tomcat-app',
      networks: [{ name: 'my-net', aliases: ['cars'] }, 'data-net'],
      recipe: 'tomcat',
      command: ['sh', '-c', LINGER],
      environment: { ...account, MYSQL_HOST: 'mysqlserver' },
      replicas: 2,
      ports: ['8080:8080'],
      health: {
        command: ['bash', '-c', ': </dev/tcp/127.0.0.1/8080'],
        // Until it is healthy for the first time, the engine looks every 5 s.
        startPeriod: 300,
        interval: 60,
        timeout: 60,
        retries: 3,
      },
      stopGrace: 30,
      update: { order: 'start-first', parallelism: 1 },
      listensOn: [8080],
    },
    {
      name: 'node-name',
      networks: ['my-net', 'data-net'],
      image: { debian: ['busybox'] },
      command: ['sh', '-c', NODE_NAME],
      environment: { NODE: '{{.Node.Hostname}}' },
      mode: 'global',
      endpoint: 'dnsrr',
      ports: [{ published: 8081, target: 8081, mode: 'host' }],
      listensOn: [8081],
    },
    {
      name: 'task-name',
      networks: ['my-net'],
      image: { debian: ['socat'] },
      command: ['socat', 'UDP4-RECVFROM:7,fork', 'SYSTEM:"busybox hostname"'],
      replicas: 2,
      ports: ['7:7/udp'],
    },
  ],
} as const satisfies Topology;
