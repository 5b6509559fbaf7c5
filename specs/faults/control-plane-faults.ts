import type { Engine } from '../../helpers/docker/engine.ts';
import type { TaskFacts } from '../../helpers/docker/swarm/service-facts.ts';
import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import { BUSYBOX } from '../machine/busybox-image.ts';
import type { Fault } from './fault.ts';

/** Promotes these nodes to managers; undone, the first manager is the only one again. */
async function promote(manager: Engine, engines: readonly Engine[]) {
  const change = async (role: 'manager' | 'worker') => {
    for (const [index, engine] of engines.entries()) {
      const { swarmNode } = await engine.info();
      await manager.nodes.update(swarmNode?.id ?? '', { role });
      // One by one: a second change may cost the majority while the first is not complete.
      const changed = index + 1;
      const wanted = role === 'manager' ? changed : engines.length - changed;
      await waitForManagers(manager, wanted + 1);
      await waitForRole(engine, role);
    }
  };
  await change('manager');
  return async () => await change('worker');
}

async function waitForManagers(manager: Engine, wanted: number): Promise<void> {
  await waitFor(
    `${wanted} reachable managers`,
    async () => {
      const nodes = await manager.nodes.list({ quiet: true }).catch(() => []);
      const managers = nodes.filter((node) => node.manager?.reachable === true);
      const isLed = managers.some((node) => node.manager?.leader === true);
      const isDone = isLed && managers.length === wanted;
      return isDone ? done(undefined) : notYet(`${managers.length}`);
    },
    { limit: 120_000, every: 250 },
  );
}

/**
 * Returns when an engine has its role by its own word. The managers list a demoted node as a worker before its engine has
 * a worker's certificate: if they lose their leader in between, it tries to be a manager again.
 */
async function waitForRole(engine: Engine, role: 'manager' | 'worker'): Promise<void> {
  await waitFor(
    `${engine.machine.name}: its engine is a ${role}`,
    async () => {
      const { swarm, swarmNode, swarmError } = await engine.info({ quiet: true });
      const isManager = swarmNode?.isManager === true;
      const isDone = swarm === 'active' && isManager === (role === 'manager');
      return isDone ? done(undefined) : notYet(`${swarm} ${swarmError}`);
    },
    { limit: 120_000, every: 250 },
  );
}

/** A swarm with more managers that then loses its leader. */
export function lostQuorum(
  name: string,
  manager: Engine,
  others: readonly Engine[],
  /** Returns a function that brings the other managers back; undefined if nothing can. */
  lose: () => Promise<(() => Promise<void>) | undefined>,
): Fault {
  return {
    name,
    inject: async () => {
      const demote = await promote(manager, others);
      const restore = await lose();
      await waitFor(
        'the swarm has no leader',
        async () => {
          const { swarmError } = await manager.info({ quiet: true });
          return /leader/.test(swarmError) ? done(undefined) : notYet(swarmError || 'no error');
        },
        { limit: 120_000, every: 500 },
      );
      return async () => {
        if (restore === undefined) return;
        await restore();
        await waitForManagers(manager, others.length + 1);
        await demote();
      };
    },
  };
}

/** A service whose tasks do not start. */
export function stuckService(
  provider: MachineProvider,
  manager: Engine,
  {
    name,
    options,
    image = BUSYBOX,
    isStuck,
    prepare = async () => async () => {},
  }: {
    readonly name: string;
    readonly options: readonly string[];
    readonly image?: string;
    readonly isStuck: (tasks: readonly TaskFacts[], now: number) => boolean;
    /** Changes the swarm before the service is created. Returns a function that undoes it. */
    readonly prepare?: () => Promise<() => Promise<void>>;
  },
): Fault {
  return {
    name: `the tasks of the service ${name} do not start`,
    inject: async () => {
      const restore = await prepare();
      const { machine } = manager;
      // Without a virtual IP address, which the kernel of this computer may not support.
      const service = ['--detach', '--no-resolve-image', '--endpoint-mode', 'dnsrr'];
      const command = ['sh', '-c', 'trap exit TERM; while :; do sleep 1 & wait; done'];
      const words = ['service', 'create', ...service, '--name', name, ...options, image];
      await provider.run(machine.name, ['docker', ...words, ...command]);
      await waitFor(
        `the service ${name}: its tasks are stuck`,
        async () => {
          const [tasks, { systemTime }] = await Promise.all([
            manager.services.tasks(name, { quiet: true }),
            manager.info({ quiet: true }),
          ]);
          const states = tasks.map(({ state, error }) => `${state} ${error}`).join('; ');
          return isStuck(tasks, Date.parse(systemTime)) ? done(undefined) : notYet(states);
        },
        { limit: 120_000, every: 500 },
      );
      return async () => {
        await manager.services.remove(name);
        await waitFor(
          `the service ${name}: its tasks are removed`,
          async () => {
            const tasks = await manager.services.tasks(undefined, { quiet: true });
            return tasks.length === 0 ? done(undefined) : notYet(`${tasks.length} are left`);
          },
          { limit: 60_000, every: 250 },
        );
        await restore();
      };
    },
  };
}

/** The milliseconds after which a waiting task counts as stuck, with a reserve. */
const PATIENCE = 16_000;

/** Returns true if all tasks have waited for a node or an address longer than a rolling update makes them wait. */
export function haveWaited(state: 'pending' | 'new') {
  return (tasks: readonly TaskFacts[], now: number) => {
    const waiting = tasks.filter((task) => task.state === state);
    return (
      waiting.length > 0 && waiting.every(({ createdAt }) => now - Date.parse(createdAt) > PATIENCE)
    );
  };
}

/** Returns true if tasks have failed twice, and their successor does not run. */
export function haveFailed(tasks: readonly TaskFacts[]): boolean {
  const failures = tasks.filter(({ state }) => state === 'failed' || state === 'rejected');
  return failures.length > 2 && !tasks.some(({ state }) => state === 'running');
}

/** An overlay network with few addresses, and containers on some of its hosts that use them all. */
export function fullNetwork(
  provider: MachineProvider,
  creator: string,
  {
    name,
    options,
    hosts,
  }: {
    readonly name: string;
    readonly options: readonly string[];
    /** The host of each container; a host may have several. */
    readonly hosts: readonly string[];
  },
): Fault {
  const run = async (host: string, ...words: string[]) => {
    await provider.run(host, ['docker', ...words]);
  };
  return {
    name: `the network ${name} has no free address`,
    inject: async () => {
      await run(creator, 'network', 'create', '--driver', 'overlay', ...options, name);
      const containers = hosts.map((host, index) => ({ host, container: `${name}-${index}` }));
      for (const { host, container } of containers) {
        const command = ['sh', '-c', 'trap exit TERM; while :; do sleep 1000 & wait; done'];
        await run(host, 'run', '-d', '--name', container, '--network', name, BUSYBOX, ...command);
      }
      return async () => {
        for (const { host, container } of containers) await run(host, 'rm', '-f', container);
        await waitFor(
          `the network ${name} is removed`,
          async () => {
            try {
              return done(await run(creator, 'network', 'rm', name));
            } catch (error) {
              return notYet(String(error));
            }
          },
          { limit: 60_000, every: 500 },
        );
      };
    },
  };
}
