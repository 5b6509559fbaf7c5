import { allSettled, HarnessError } from '../../process/errors/harness-error.ts';
import { describeEndpoint } from '../../docker/endpoints/require-tls.ts';
import { type IdentifiedEngine, identifyEngine, type IdentifyOptions } from './identify-engine.ts';
import { type GivenEngine, toMachine } from './given-engine.ts';
import type { Machine, MachineProvider } from '../machine.ts';

/**
 * Creates the provider of existing machines, known by their Docker endpoints. They belong to the user, so they can only
 * be inspected: methods that create, change or remove machines throw.
 */
export function createEnginesProvider(
  given: readonly GivenEngine[],
  options: IdentifyOptions = {},
): MachineProvider {
  const list = async () => await identifyAll(given, options);
  return {
    name: 'engines',
    store: '',
    pullsImages: false,
    keptFiles: [],
    list,
    inspect: async (name) => {
      const all = await list();
      const found = all.find((one) => one.name === name);
      if (found !== undefined) return found;
      throw new HarnessError({
        code: 'machine-unknown',
        tried: `machine ${name}`,
        observed: 'unknown engine',
        hint: `choose one of ${all.map((one) => one.name).join(', ')}`,
      });
    },
    engineBundleOf: (request) =>
      request.engineBundle === undefined ? undefined : refuse('choose the engine of', request.name),
    trySharedKernel: async () => undefined,
    makeRoom: async () => {},
    create: async ({ name }) => refuse('create', name),
    run: async (name) => refuse('run a program in', name),
    enter: async (name) => refuse('run a program in', name),
    start: async (name) => refuse('start', name),
    stop: async (name) => refuse('stop', name),
    reboot: async (name) => refuse('reboot', name),
    kill: async (name) => refuse('kill', name),
    remove: async (names) => refuse('remove', names.join(', ')),
    // None of them was created by this program.
    listOwn: async () => [],
    cleanUp: async () => [],
  };
}

function refuse(verb: string, name: string): never {
  throw new HarnessError({
    code: 'operation-unsupported',
    tried: `${verb} ${name}`,
    observed: 'the machine is not managed by overlay-e2e, which only queries its engine',
    hint: 'use the provider netns, uml or docker-machine to create machines',
  });
}

/** Identifies all engines. An engine that does not answer has the state `Error`. All errors are reported together. */
async function identifyAll(
  given: readonly GivenEngine[],
  options: IdentifyOptions,
): Promise<Machine[]> {
  const engines = await allSettled(
    'identify the engines',
    given.map(async (one) => await identifyEngine(one, options)),
  );
  refuseTwins(engines);
  return nameAll(engines).map(([name, engine]) => {
    const { given: one, reachedAt } = engine;
    const told = 'identity' in engine ? engine.identity.address : undefined;
    return toMachine(one, {
      name,
      address: one.address ?? told ?? reachedAt,
      state: 'identity' in engine ? 'Running' : 'Error',
    });
  });
}

/**
 * Throws if an engine was named twice: it would be two hosts that agree in everything. Two engines with the same ID,
 * with different or reported addresses, are a defect that a later comparison finds.
 */
function refuseTwins(engines: readonly IdentifiedEngine[]): void {
  for (const [at, engine] of engines.entries()) {
    const { name, givenAs } = engine.given;
    for (const twin of engines.slice(0, at)) {
      const tried = `${twin.given.givenAs} and ${givenAs}`;
      if (isSame(twin, engine)) {
        const observed = 'both are the same engine';
        throw new HarnessError({
          code: 'name-taken',
          tried,
          observed,
          hint: 'name each engine once',
        });
      }
      if (name !== undefined && name === twin.given.name) {
        const observed = `both have the name ${name}`;
        throw new HarnessError({
          code: 'name-taken',
          tried,
          observed,
          hint: 'give one of them another name',
        });
      }
    }
  }
}

function isSame(one: IdentifiedEngine, other: IdentifiedEngine): boolean {
  const [endpoint, others] = [one.given.endpoint, other.given.endpoint];
  if (describeEndpoint(endpoint) === describeEndpoint(others)) return true;
  if (!('identity' in one && 'identity' in other) || one.identity.id !== other.identity.id)
    return false;
  if (one.identity.name !== other.identity.name) return false;
  const [at, otherAt] = [one, other].map(
    ({ identity, reachedAt }) => identity.address ?? reachedAt,
  );
  return at === otherAt || at === '' || otherAt === '';
}

/**
 * Returns the user's name for each engine, or else its hostname. If several have the same hostname, uses the endpoint.
 */
function nameAll(engines: readonly IdentifiedEngine[]): (readonly [string, IdentifiedEngine])[] {
  const ways: readonly ((engine: IdentifiedEngine) => string | undefined)[] = [
    ({ given }) => given.name,
    (engine) => ('identity' in engine ? engine.identity.name : undefined),
    ({ given }) => toMachine(given).name,
    ({ given }) => describeEndpoint(given.endpoint),
  ];
  const named = new Map<IdentifiedEngine, string>();
  for (const way of ways) {
    const open = engines.filter((engine) => !named.has(engine));
    const names = [...named.values(), ...open.flatMap((engine) => way(engine) ?? [])];
    for (const engine of open) {
      const name = way(engine);
      const isTaken = names.filter((one) => one === name).length > 1;
      if (name !== undefined && !isTaken) named.set(engine, name);
    }
  }
  return engines.map((engine) => [named.get(engine) ?? '', engine] as const);
}
