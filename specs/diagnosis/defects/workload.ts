import {
  movedContainer,
  pausedContainer,
  restartingContainer,
  stoppedContainer,
  unexpectedContainer,
} from '../../faults/container-faults.ts';
import { filterPort } from '../../faults/machine-faults.ts';
import {
  deletedNameRules,
  otherNameServer,
  sharedName,
  wrongHostsLine,
} from '../../faults/name-faults.ts';
import {
  answeringCopy,
  droppedForwarding,
  frozenDatabase,
  missingTable,
  otherDatabase,
  otherProducer,
  renamedCar,
} from '../../faults/workload-faults.ts';
import { carPort, firstCar } from '../../../helpers/workload/car-service.ts';
import { idle, labContainers, temporaryAddresses } from '../lab-containers.ts';
import { hostsBesidesThird } from './hosts-besides-third.ts';
import type { Defect } from '../defect.ts';

const { bystander } = labContainers;
const inTomcat = { host: 'master-host', container: 'tomcat-app' };
const theDatabase = { host: 'worker-host', container: 'mysqlserver' };
const theBystander = { host: 'worker-host', container: 'bystander' };

export const workloadDefects: readonly Defect[] = [
  {
    code: 'name-unresolved',
    way: 'the container uses another name server',
    where: inTomcat,
    fault: async (lab) =>
      otherNameServer(await lab.container('master-host', 'tomcat-app'), '192.0.2.1'),
  },
  {
    code: 'name-unresolved',
    way: "the NAT rules of the engine's name server are deleted",
    where: theBystander,
    fault: async (lab) =>
      deletedNameRules(lab.provider, await lab.container('worker-host', 'bystander')),
  },
  {
    code: 'name-stale',
    way: "a line in the container's /etc/hosts",
    where: inTomcat,
    fault: async (lab) =>
      wrongHostsLine(await lab.container('master-host', 'tomcat-app'), {
        name: 'mysqlserver',
        address: '10.0.9.77',
      }),
  },
  {
    code: 'name-stale',
    way: 'another container has the same name as an alias',
    where: { network: 'my-net', towards: 'mysqlserver' },
    fault: (lab) =>
      sharedName(
        lab.engine('third-host'),
        { ...idle, name: 'pretender', network: 'my-net', address: temporaryAddresses.pretender },
        'mysqlserver',
        hostsBesidesThird(lab),
      ),
  },
  {
    code: 'container-misplaced',
    way: 'the container runs on another host',
    where: { container: 'bystander' },
    fault: async (lab) =>
      movedContainer(await lab.container('worker-host', 'bystander'), {
        from: lab.engine('worker-host'),
        to: lab.engine('third-host'),
        spec: bystander,
        address: temporaryAddresses.moved,
        hosts: hostsBesidesThird(lab),
      }),
  },
  {
    code: 'container-misplaced',
    way: 'another host has a container with the same name',
    where: { container: 'mysqlserver' },
    fault: (lab) =>
      unexpectedContainer(lab.engine('third-host'), {
        ...idle,
        name: 'mysqlserver',
        network: 'none',
      }),
  },
  {
    code: 'container-down',
    way: 'the container is stopped',
    where: theBystander,
    fault: async (lab) => stoppedContainer(await lab.container('worker-host', 'bystander')),
  },
  {
    code: 'container-down',
    way: 'the container is paused',
    where: theDatabase,
    fault: async (lab) =>
      pausedContainer(lab.provider, await lab.container('worker-host', 'mysqlserver')),
  },
  {
    code: 'container-down',
    way: 'the container exits when it starts',
    where: theBystander,
    fault: async (lab) =>
      restartingContainer(await lab.container('worker-host', 'bystander'), {
        engine: lab.engine('worker-host'),
        spec: bystander,
      }),
  },
  {
    code: 'published-port-unreachable',
    way: 'a firewall drops packets to the port from outside',
    where: inTomcat,
    fault: ({ provider, clientAddress }) =>
      filterPort(provider, 'master-host', { port: carPort, from: clientAddress }),
  },
  {
    code: 'published-port-unreachable',
    way: 'the host drops packets that it forwards to the container',
    where: inTomcat,
    fault: ({ provider }) => droppedForwarding(provider, 'master-host'),
  },
  {
    code: 'application-error',
    way: "the application's table is deleted",
    where: {},
    fault: async (lab) => missingTable(await lab.container('worker-host', 'mysqlserver')),
  },
  {
    code: 'application-error',
    way: 'the database process is frozen',
    where: {},
    fault: async (lab) =>
      frozenDatabase(lab.provider, await lab.container('worker-host', 'mysqlserver')),
  },
  {
    code: 'application-wrong-answer',
    way: "the car's row is changed",
    where: {},
    fault: async (lab) => renamedCar(await lab.container('worker-host', 'mysqlserver')),
  },
  {
    code: 'application-wrong-answer',
    way: 'a row of another table is changed',
    where: {},
    fault: async (lab) => otherProducer(await lab.container('worker-host', 'mysqlserver')),
  },
  {
    code: 'application-not-from-database',
    way: 'a copy of the answer is served instead of the application',
    where: {},
    fault: (lab) =>
      answeringCopy(lab.provider, lab.engine('master-host'), {
        spec: { ...idle, name: 'copy' },
        path: new URL(lab.document.carEndpoint ?? '').pathname.slice(1),
        body: firstCar,
      }),
  },
  {
    code: 'application-not-from-database',
    way: 'the application uses a copy of the database',
    where: {},
    fault: async (lab) => {
      const database = await lab.container('worker-host', 'mysqlserver');
      const { image, env } = await database.inspect();
      const variables = env.filter((one) => one.startsWith('MYSQL_'));
      return otherDatabase(lab.provider, {
        application: await lab.container('master-host', 'tomcat-app'),
        database,
        network: { name: 'my-net', id: lab.networkId('my-net') },
        copy: {
          engine: lab.engine('worker-host'),
          spec: {
            name: 'copy-of-database',
            address: temporaryAddresses.copy,
            image,
            env: Object.fromEntries(variables.map((one) => one.split(/=(.*)/s, 2))),
          },
        },
      });
    },
  },
];
