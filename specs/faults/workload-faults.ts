import type { Container } from '../../helpers/docker/containers/container.ts';
import type { ContainerSpec } from '../../helpers/docker/containers/container-spec.ts';
import type { Engine } from '../../helpers/docker/engine.ts';
import { carPort } from '../../helpers/workload/car-service.ts';
import { queryDatabase } from '../../helpers/workload/query-database.ts';
import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { done, waitFor } from '../../helpers/process/waits/wait-for.ts';
import { type Fault, inMachine } from './fault.ts';
import { inContainer } from './in-namespaces.ts';
import { removeWithEntries } from './overlay-faults.ts';

/** Gives car 1 another name in the database than the service is expected to return. */
export function renamedCar(database: Container): Fault {
  const rename = async (name: string) => {
    await queryDatabase(database, `UPDATE car SET car_name = '${name}' WHERE car_id = 1`);
  };
  return {
    name: 'car 1 has another name in the database',
    inject: async () => {
      await rename('Stranger');
      return async () => await rename('Cruiser');
    },
  };
}

/** Gives car 1 another producer, which is in another table. The answer has the same form but one wrong word. */
export function otherProducer(database: Container): Fault {
  return {
    name: 'car 1 has another producer in the database',
    inject: async () => {
      await queryDatabase(
        database,
        `INSERT INTO producer (producer_id, producer_name) VALUES (2, 'nobody');
        UPDATE car SET producer_id = 2 WHERE car_id = 1`,
      );
      return async () => {
        await queryDatabase(
          database,
          'UPDATE car SET producer_id = 1 WHERE car_id = 1; DELETE FROM producer WHERE producer_id = 2',
        );
      };
    },
  };
}

/**
 * Renames the table that the application reads. The application is reachable and reaches its database, but has no data.
 */
export function missingTable(database: Container): Fault {
  return {
    name: 'the database has no table car',
    inject: async () => {
      await queryDatabase(database, 'RENAME TABLE car TO car_of_yesterday');
      return async () => {
        await queryDatabase(database, 'RENAME TABLE car_of_yesterday TO car');
      };
    },
  };
}

/** Freezes the database process but not its container. Ping works, connections open, and queries get no response. */
export function frozenDatabase(provider: MachineProvider, { machine, name }: Container): Fault {
  const signal = (which: string) =>
    `kill -${which} $(docker inspect --format '{{.State.Pid}}' ${name})`;
  return inMachine(provider, machine.name, {
    name: `the process of ${name} is frozen`,
    inject: signal('STOP'),
    undo: signal('CONT'),
  });
}

/** Serves a copy of the application's answer. The machine redirects the published port to it. */
export function answeringCopy(
  provider: MachineProvider,
  engine: Engine,
  {
    spec,
    path,
    body,
  }: {
    /** A container of an image with busybox. */
    readonly spec: ContainerSpec & { readonly name: string };
    /** The path of the URL without its first slash. */
    readonly path: string;
    readonly body: string;
  },
): Fault {
  const machine = engine.machine.name;
  const copyPort = 8090;
  const rule = `PREROUTING -p tcp --dport ${carPort} -j REDIRECT --to-ports ${copyPort}`;
  return {
    name: `a copy of the application's answer is served on port ${carPort} of ${machine}`,
    inject: async () => {
      const script = `mkdir -p "/www/$(dirname "$1")"; printf %s "$2" >"/www/$1"; exec httpd -f -p ${copyPort} -h /www`;
      const copy = await engine.containers.run({
        ...spec,
        network: 'host',
        command: ['sh', '-ec', script, 'sh', path, body],
      });
      await provider.run(machine, ['sh', '-ec', `iptables -t nat -I ${rule}`]);
      return async () => {
        await provider.run(machine, ['sh', '-ec', `iptables -t nat -D ${rule}`]);
        await copy.remove();
      };
    },
  };
}

/**
 * Redirects the application's connections to another database with the same rows. The answers do not differ. Existing
 * connections are closed so that the application opens new ones.
 */
export function otherDatabase(
  provider: MachineProvider,
  {
    application,
    database,
    copy: { engine, spec },
    network,
  }: {
    readonly application: Container;
    readonly database: Container;
    /** A database with the same rows, on the same network. */
    readonly copy: { readonly engine: Engine; readonly spec: ContainerSpec };
    readonly network: { readonly name: string; readonly id: string };
  },
): Fault {
  const runInApplication = async (script: string) => {
    const line = inContainer(application.name, script);
    await provider.run(application.machine.name, ['sh', '-ec', line]);
  };
  return {
    name: `${application.name} uses another database`,
    inject: async () => {
      const copy = await engine.containers.run({ ...spec, network: network.name });
      await waitFor(
        `${copy.name}: car 1`,
        async () => done(await queryDatabase(copy, 'SELECT car_name FROM car WHERE car_id = 1')),
        { limit: 60_000 },
      );
      const { address = '' } = (await copy.inspect()).networks[network.name] ?? {};
      const rule = `OUTPUT -p tcp --dport 3306 -j DNAT --to-destination ${address}:3306`;
      await runInApplication(`iptables -t nat -I ${rule}`);
      await endConnections(database);
      return async () => {
        await runInApplication(`iptables -t nat -D ${rule}`);
        await removeWithEntries(copy, { provider, network, others: [application.machine.name] });
      };
    },
  };
}

/** Closes the application's connections to the database. */
async function endConnections(database: Container): Promise<void> {
  const ids = await queryDatabase(
    database,
    "SELECT id FROM information_schema.processlist WHERE user = 'cars' AND id <> connection_id()",
  );
  for (const id of ids.split('\n').filter((line) => line !== '')) {
    await queryDatabase(database, `KILL ${id}`);
  }
}

/**
 * Drops traffic that the machine forwards to the application's container. The port is published but does not respond.
 */
export function droppedForwarding(provider: MachineProvider, machine: string): Fault {
  const rule = `DOCKER-USER -p tcp --dport ${carPort} -j DROP`;
  return inMachine(provider, machine, {
    name: `${machine} drops packets that it forwards to port ${carPort}`,
    inject: `iptables -I ${rule}`,
    undo: `iptables -D ${rule}`,
  });
}
