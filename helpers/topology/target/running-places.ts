import type { Container } from '../../docker/containers/container.ts';
import { isContainer, splitPlace } from '../../docker/containers/container-names.ts';
import { connectEngine, type Engine } from '../../docker/engine.ts';
import type { Machine, MachineProvider } from '../../machine/machine.ts';
import { InputError } from '../../process/errors/input-error.ts';
import { suggestName } from '../../process/text/suggest-name.ts';
import { requireDocument } from '../document.ts';

/** A machine of the running topology, or a container on one. */
export type RunningPlace =
  | { readonly kind: 'machine'; readonly machine: Machine }
  | { readonly kind: 'container'; readonly machine: Machine; readonly container: Container };

/** A container that a name may mean. */
export interface NamedContainer {
  readonly machine: string;
  readonly id: string;
  readonly name: string;
  /** The name of the service whose task it is. */
  readonly service: string | undefined;
  readonly isRunning: boolean;
}

/** The machines of the running topology, with connections to their engines. */
export interface RunningMachines extends Disposable {
  readonly machines: readonly Machine[];
  engineOf(machine: Machine): Engine;
  /** Finds a machine or a container by name. An unknown or unclear name is an {@link InputError}. */
  find(name: string): Promise<RunningPlace>;
}

/** Opens the running topology. Throws `topology-missing` if none runs. */
export async function openRunning(
  provider: MachineProvider,
  tried: string,
): Promise<RunningMachines> {
  const document = await requireDocument(provider.store, tried);
  const own = new Set(document.machines.map(({ name }) => name));
  const machines = (await provider.list()).filter(({ name }) => own.has(name));
  const engines = new Map<string, Engine>();
  const engineOf = (machine: Machine): Engine => {
    const engine = engines.get(machine.name) ?? connectEngine(machine);
    engines.set(machine.name, engine);
    return engine;
  };
  return {
    machines,
    engineOf,
    find: async (name) => {
      const machine = machines.find((one) => one.name === name);
      if (machine !== undefined) return { kind: 'machine', machine };
      const found = chooseContainer(
        name,
        machines.map((one) => one.name),
        await listContainers(machines, engineOf),
      );
      const host = machines.find((one) => one.name === found.machine);
      if (host === undefined) throw new Error(`${found.machine} is not listed`);
      const container = await engineOf(host).containers.find(found.id);
      return { kind: 'container', machine: host, container };
    },
    [Symbol.dispose]: () => {
      for (const engine of engines.values()) engine.close();
    },
  };
}

async function listContainers(
  machines: readonly Machine[],
  engineOf: (machine: Machine) => Engine,
): Promise<NamedContainer[]> {
  const running = machines.filter(({ state }) => state === 'Running');
  const all = await Promise.all(
    running.map(async (machine) =>
      (await engineOf(machine).containers.list()).map(
        ({ id, name, state, labels }): NamedContainer => ({
          machine: machine.name,
          id,
          name,
          service: labels['com.docker.swarm.service.name'],
          isRunning: state === 'running',
        }),
      ),
    ),
  );
  return all.flat();
}

/**
 * Returns the container that a name means: `CONTAINER`, `MACHINE/CONTAINER`, a task without its ID (`web.1`), the start of
 * an ID, or a service, for which one of its running tasks is returned.
 */
export function chooseContainer(
  word: string,
  machines: readonly string[],
  all: readonly NamedContainer[],
): NamedContainer {
  const { host, name } = splitPlace(word);
  const here = all.filter(({ machine }) => host === undefined || machine === host);
  const exact = here.filter((one) => isContainer(name, one));
  // A task that was replaced leaves its stopped container behind.
  const [first, ...others] = preferRunning(exact);
  if (first !== undefined && others.length === 0) return first;
  if (first !== undefined) {
    const names = [first, ...others].map((one) => `${one.machine}/${one.name}`);
    throw new InputError({
      code: 'name-ambiguous',
      subject: word,
      observed: `${names.length} containers have this name`,
      hint: `name one of ${names.join(', ')}`,
    });
  }
  const [task] = preferRunning(here.filter(({ service }) => service === name));
  if (task !== undefined) return task;
  const services = all.flatMap(({ service }) => service ?? []);
  const valid = [...machines, ...all.map((one) => one.name), ...services];
  throw new InputError({
    code: 'name-unknown',
    subject: word,
    observed: 'no machine, container or service of the running topology has this name',
    hint: suggestName(word, valid, 'names'),
  });
}

function preferRunning(all: readonly NamedContainer[]): readonly NamedContainer[] {
  const running = all.filter(({ isRunning }) => isRunning);
  return running.length > 0 ? running : all;
}
