import { allSettled, HarnessError } from '../../process/errors/harness-error.ts';
import { describeEndpoint } from '../../docker/endpoints/require-tls.ts';
import { type IdentifiedEngine, identifyEngine, type IdentifyOptions } from './identify-engine.ts';
import { type GivenEngine, toMachine } from './given-engine.ts';
import type { Machine, MachineProvider } from '../machine.ts';

/**
 * Machines that exist already, known by their Docker endpoints. They are the user's: they can be looked at, and nothing
 * else; whatever makes, stops or removes one is refused.
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
        observed: 'no engine of this name was given',
        remedy: `there are ${all.map((one) => one.name).join(', ')}`,
      });
    },
    engineBundleOf: (request) =>
      request.engineBundle === undefined ? undefined : refuse('choose the engine of', request.name),
    create: async ({ name }) => refuse('create', name),
    run: async (name) => refuse('run a program in', name),
    start: async (name) => refuse('start', name),
    stop: async (name) => refuse('stop', name),
    kill: async (name) => refuse('kill', name),
    remove: async (names) => refuse('remove', names.join(', ')),
    // Of what there is, nothing was made here.
    listOwn: async () => [],
    cleanUp: async () => [],
  };
}

function refuse(verb: string, name: string): never {
  throw new HarnessError({
    code: 'operation-unsupported',
    tried: `${verb} ${name}`,
    observed: 'it exists already, and is not ours: of such a machine only the engine is asked',
    remedy: 'use the provider netns or docker-machine for machines that come and go',
  });
}

/** All of them as they are now; one that does not answer is in the state `Error`. All that is wrong is told at once. */
async function identifyAll(
  given: readonly GivenEngine[],
  options: IdentifyOptions,
): Promise<Machine[]> {
  const engines = await allSettled(
    'look at the engines',
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
 * The same engine named twice would be two hosts that agree in everything. Two engines of one id are something else, and
 * a defect that is found later: those are reached, or say that they are reached, at two addresses.
 */
function refuseTwins(engines: readonly IdentifiedEngine[]): void {
  for (const [at, engine] of engines.entries()) {
    const { name, givenAs } = engine.given;
    for (const twin of engines.slice(0, at)) {
      const tried = `${twin.given.givenAs} and ${givenAs}`;
      if (isSame(twin, engine)) {
        const observed = 'both are the same engine';
        throw new HarnessError({ code: 'name-taken', tried, observed, remedy: 'name each once' });
      }
      if (name !== undefined && name === twin.given.name) {
        const observed = `both are called ${name}`;
        throw new HarnessError({
          code: 'name-taken',
          tried,
          observed,
          remedy: 'call one of them otherwise',
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

/** The user's name for each, else its hostname; where several have that in common, what each is reached by. */
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
