import type { Lab, Task } from '../../helpers/spec/spec.ts';
import { testOf } from '../../helpers/spec/spec.ts';
import { swarmServices } from '../../helpers/topology/swarm-services.ts';
import { carUrl, firstCar } from '../../helpers/workload/car-service.ts';

export { expect } from '../../helpers/spec/spec.ts';

export const test = testOf(swarmServices);

export type ServicesLab = Lab<MachineName, string, ServiceName>;
export type MachineName = (typeof swarmServices)['machines'][number]['name'];
export type ServiceName = (typeof swarmServices)['services'][number]['name'];

export const machineNames: readonly MachineName[] = swarmServices.machines.map(({ name }) => name);
export const networkNames = swarmServices.networks.map(({ name }) => name);

/** A service on one network: its names there, and the addresses to which they resolve. */
export interface ServiceHere {
  readonly service: ServiceName;
  readonly tasks: readonly Task[];
  /** The addresses of its tasks on the network. */
  readonly taskAddresses: readonly string[];
  /** Its virtual address; undefined with endpoint mode `dnsrr`. */
  readonly vip: string | undefined;
  readonly aliases: readonly string[];
}

/** Returns the services on a network, as the manager describes them. */
export async function servicesOn(lab: ServicesLab, network: string): Promise<ServiceHere[]> {
  const found: ServiceHere[] = [];
  for (const described of swarmServices.services) {
    const attached = described.networks
      .map((one) => (typeof one === 'string' ? { name: one, aliases: [] } : one))
      .find(({ name }) => name === network);
    if (attached === undefined) continue;
    const service = lab.service(described.name);
    const tasks = await service.tasks();
    found.push({
      service: described.name,
      tasks,
      taskAddresses: tasks.map((task) => task.addressOn(network)).toSorted(byText),
      vip: 'endpoint' in described ? undefined : await service.vip(network),
      aliases: attached.aliases,
    });
  }
  return found;
}

export function byText(one: string, other: string): number {
  return one.localeCompare(other, 'en');
}

/** Runs a script in a task's container, and returns its output. Commands in these machines take seconds. */
export async function runIn(task: Task, script: string): Promise<string> {
  const container = await task.container();
  const { stdout, stderr, exitCode } = await container.exec(['bash', '-c', script], {
    limit: 120_000,
  });
  if (exitCode !== 0) throw new Error(`${task.name}: exit code ${exitCode}: ${stdout}${stderr}`);
  return stdout;
}

/** Returns the path of car 1 at any address. */
export const carPath = new URL(carUrl('localhost', 1)).pathname;

/**
 * Lines of bash that print the answer of a service at an address in one line; without an answer, an empty line. The
 * database greets with its version.
 */
const requests: Readonly<Record<ServiceName, (address: string) => string>> = {
  'tomcat-app': (address) => `busybox wget -q -T 10 -O - http://${address}:8080${carPath}; echo`,
  'node-name': (address) => `busybox wget -q -T 10 -O - http://${address}:8081/ || echo`,
  mysqlserver: (address) =>
    `busybox timeout 10 bash -c 'head -c 40 </dev/tcp/${address}/3306' | tr -cd '[:alnum:]'; echo`,
  'task-name': (address) =>
    `busybox timeout 10 bash -c 'exec 3<>/dev/udp/${address}/7; echo >&3; head -n 1 <&3' || echo`,
};

/** Returns a line of bash that prints the answer of a service at an address. */
export function requestLine(service: ServiceName, address: string): string {
  return requests[service](address);
}

const answers: Readonly<Record<ServiceName, (tasks: readonly Task[]) => readonly string[]>> = {
  'tomcat-app': () => [firstCar],
  'node-name': (tasks) => tasks.map(({ machine }) => machine),
  mysqlserver: () => [],
  'task-name': (tasks) => tasks.map(({ hostname }) => hostname),
};

/** Returns a pattern of the answers of these tasks of a service. */
export function answerOf(service: ServiceName, tasks: readonly Task[]): RegExp {
  if (service === 'mysqlserver') return /MariaDB/;
  const texts = answers[service](tasks).map((text) => text.replaceAll(/[^\w\s]/g, String.raw`\$&`));
  return new RegExp(`^(?:${texts.join('|')})$`);
}
