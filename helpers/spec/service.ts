import {
  readServiceTasks,
  type ServiceTask,
  waitForServiceTasks,
} from '../cluster/swarm-mode/service-tasks.ts';
import type { Container } from '../docker/containers/container.ts';
import type { Engine } from '../docker/engine.ts';
import type { ServiceFacts } from '../docker/swarm/service-facts.ts';
import { HarnessError } from '../process/errors/harness-error.ts';
import { InputError } from '../process/errors/input-error.ts';
import { suggestName } from '../process/text/suggest-name.ts';
import type { TopologyDocument } from '../topology/document.ts';

/** A task of a service: a container that the swarm placed on a machine. */
export interface Task {
  /** `web.1`; `web` for a task of a global service. */
  readonly name: string;
  /** The machine that runs it. */
  readonly machine: string;
  /** The hostname in its container: the first 12 characters of the container's ID. */
  readonly hostname: string;
  /** Its addresses by the network's name. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Returns its address on a network. Throws if it has none. */
  readonly addressOn: (network: string) => string;
  /** Returns its container, with `exec`, `inspect` and `logs`, for the matchers too. */
  readonly container: () => Promise<Container>;
}

/** A service of the running topology. Every method asks a manager, so that it returns the current state. */
export interface Service {
  /** The service's name. */
  readonly name: string;
  /**
   * Returns the tasks that are to run, in the order of their slots; throws if one does not run.
   *
   *     const tasks = await lab.service('web').tasks();
   *     expect(new Set(tasks.map(({ machine }) => machine)).size).toBe(2);
   */
  tasks(): Promise<readonly Task[]>;
  /** Waits until all tasks run, at most two minutes, and returns them. For tests that replaced some. */
  settled(): Promise<readonly Task[]>;
  /** Returns its virtual address on a network. Throws with endpoint mode `dnsrr`. */
  vip(network: string): Promise<string>;
  /** Returns the machines' port for a port of its tasks. */
  publishedPort(target: number, protocol?: 'tcp' | 'udp'): Promise<number>;
  /** Returns the data of `docker service inspect`. */
  inspect(): Promise<ServiceFacts>;
}

/** Opens a service of a running topology. */
export function openService(
  { service: name, networks }: NonNullable<TopologyDocument['services']>[number],
  manager: Engine,
  findContainer: (machine: string, id: string) => Promise<Container>,
): Service {
  const tried = `service ${name}`;
  const inspect = async () => await manager.services.inspect(name);
  const open = (task: ServiceTask): Task => ({
    name: task.name,
    machine: task.node,
    hostname: task.containerId.slice(0, 12),
    addresses: task.addresses,
    addressOn: (network) => {
      const address = task.addresses[network];
      if (address !== undefined && address !== '') return address;
      throw new InputError({
        code: 'name-unknown',
        subject: tried,
        observed: `task ${task.name} has no address on "${network}"`,
        hint: suggestName(network, Object.keys(task.addresses), 'networks'),
      });
    },
    container: async () => await findContainer(task.node, task.containerId),
  });
  return {
    name,
    inspect,
    tasks: async () => {
      const { due } = await readServiceTasks(manager, name);
      const late = due.find(({ state }) => state !== 'running');
      if (late === undefined) return due.map(open);
      throw new HarnessError({
        code: 'container-ended',
        tried: `${tried}: tasks`,
        observed: `${late.name} is ${late.state} (${late.message})`,
        hint: 'wait with settled() if the test has replaced tasks',
      });
    },
    settled: async () => (await waitForServiceTasks(manager, name)).map(open),
    vip: async (network) => {
      const id = (await manager.networks.inspect(network)).id;
      const address = (await inspect()).virtualAddresses[id];
      if (address !== undefined) return address;
      throw new InputError({
        code: 'name-unknown',
        subject: tried,
        observed: `no virtual address on ${network}`,
        hint: suggestName(
          network,
          networks.flatMap((one) => (one.address === undefined ? [] : one.name)),
          'networks with one',
        ),
      });
    },
    publishedPort: async (target, protocol = 'tcp') => {
      const { ports } = await inspect();
      const found = ports.find((one) => one.target === target && one.protocol === protocol);
      if (found !== undefined) return found.published;
      throw new InputError({
        code: 'name-unknown',
        subject: tried,
        observed: `it does not publish the port ${target}/${protocol}`,
        hint: suggestName(
          `${target}/${protocol}`,
          ports.map((one) => `${one.target}/${one.protocol}`),
          'ports',
        ),
      });
    },
  };
}
