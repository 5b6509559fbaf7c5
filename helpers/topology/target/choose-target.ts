import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { AuditOptions } from '../../check/model/options.ts';
import type { AuditTarget } from '../../check/model/target.ts';
import { connectEngine } from '../../docker/engine.ts';
import { openProvider } from '../../machine/choose-provider.ts';
import { currentContext, readContext } from '../../docker/endpoints/docker-contexts.ts';
import { parseEngineUrl } from '../../docker/endpoints/engine-url.ts';
import type { IdentifyOptions } from '../../machine/engines/identify-engine.ts';
import { createEnginesProvider } from '../../machine/engines/provider.ts';
import type { GivenEngine } from '../../machine/engines/given-engine.ts';
import type { Machine } from '../../machine/machine.ts';
import { allSettled, HarnessError } from '../../process/errors/harness-error.ts';
import { InputError } from '../../process/errors/input-error.ts';
import { describedTarget, machinesTarget, topologyTarget } from './audit-target.ts';
import { suggestName } from '../../process/text/suggest-name.ts';
import {
  type DiscoveredMembers,
  discoverMembers,
  type ServicePermission,
} from './discover-members.ts';
import { loadDocument } from '../document.ts';
import { loadClusterFile } from '../describe/load-cluster-file.ts';
import { isDescription, refuseOtherFile } from '../describe/read-description.ts';
import { findMachines } from './find-machines.ts';

/** The options that name engines. */
export interface TargetOptions {
  /** `[NAME=]URL` each. */
  readonly engine: readonly string[];
  /** Names of Docker contexts. */
  readonly context: readonly string[];
  readonly tlsDir?: string;
  /** Names of members to examine; all if absent. */
  readonly node?: readonly string[];
  /** Names of members to leave out. */
  readonly except?: readonly string[];
  /** True for Docker's current context even if a topology is running. */
  readonly isPlugin?: boolean;
  /** The time limit of the whole check, in seconds. */
  readonly limit?: number;
  /** The image of the service through which other members of a swarm are reached; no service if absent. */
  readonly probeService?: string;
}

/** A cluster to check, and the options of its description. */
export interface Chosen {
  readonly target: AuditTarget;
  readonly wishes: Pick<AuditOptions, 'probes' | 'limit' | 'maxPairs'>;
  /** Members of the cluster that were not reached, each with the reason. */
  readonly unreached: readonly string[];
  /** The service through which some members are reached: to be disposed of after the check. */
  readonly service?: AsyncDisposable | undefined;
}

/**
 * Returns the cluster of a command line: the running topology, machines by name, a file, or engines. A wrong target is
 * one or more HarnessErrors; nothing has been started at that point.
 */
export async function chooseTarget(
  words: readonly string[],
  options: TargetOptions,
  signal: AbortSignal,
): Promise<Chosen> {
  const { engine, context, limit } = options;
  // Each engine is queried twice, and the check itself needs time as well.
  const look = { signal, limit: (limit ?? 60) * 250 };
  const names = words.flatMap((word) => word.split(','));
  if (names.includes('')) {
    throw new InputError({
      code: 'input-invalid',
      subject: 'check',
      observed: 'empty target',
      hint: 'Omit it to check the running topology. Is a variable unset?',
    });
  }
  const [first] = names;
  if (first === undefined) {
    const isNamed = options.isPlugin === true || engine.length + context.length > 0;
    const running = isNamed ? undefined : await findTopology();
    if (running !== undefined) return { target: running, wishes: {}, unreached: [] };
    const { machines, unreached, service } = await findEngines(options, look);
    return { target: machinesTarget(machines), wishes: {}, unreached, service };
  }
  for (const name of names) refuseOtherFile(name);
  if (!names.some(isDescription)) {
    return { target: machinesTarget(await findMachines(names)), wishes: {}, unreached: [] };
  }
  if (names.length === 1) return await openDescribed(first, look);
  throw new InputError({
    code: 'input-invalid',
    subject: `check ${words.join(' ')}`,
    observed: 'a file cannot be combined with other targets',
    hint: 'name one file or only machines',
  });
}

async function findTopology(): Promise<AuditTarget | undefined> {
  const provider = await openProvider();
  const document = await loadDocument(provider.store);
  return document === undefined ? undefined : topologyTarget(document, await provider.list());
}

/**
 * Returns the engines that the options name, or else the engine of Docker's current context. One engine stands for its
 * cluster: the other members are found through it.
 */
export async function findEngines(
  options: TargetOptions,
  look: IdentifyOptions,
): Promise<DiscoveredMembers> {
  const given = await readEngines(options);
  const machines = await identifyAll(given, look);
  const [only, ...others] = given;
  const [machine] = machines;
  const isOne = others.length === 0 && machine?.state === 'Running';
  const found: DiscoveredMembers =
    isOne && only !== undefined
      ? await discoverMembers(only, machine, look, permissionOf(options))
      : { machines, unreached: [] };
  try {
    return { ...found, machines: narrow(found.machines, options) };
  } catch (error) {
    await found.service?.[Symbol.asyncDispose]();
    throw error;
  }
}

/** Seconds beyond the limit of a check until a service ends by itself, if the check is killed. */
const SPARE_SECONDS = 60;

function permissionOf({
  probeService: image,
  limit = 60,
}: TargetOptions): ServicePermission | undefined {
  return image === undefined ? undefined : { image, lifetime: Math.ceil(limit) + SPARE_SECONDS };
}

/** Leaves out the members that the user does not want. */
function narrow(
  machines: readonly Machine[],
  { node, except = [] }: TargetOptions,
): readonly Machine[] {
  const names = machines.map(({ name }) => name);
  const unknown = [...(node ?? []), ...except].find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new InputError({
      code: 'name-unknown',
      observed: `no member that answers is called "${unknown}"`,
      hint: suggestName(unknown, names, 'members'),
    });
  }
  const left = machines.filter(
    ({ name }) => (node ?? names).includes(name) && !except.includes(name),
  );
  if (left.length > 0) return left;
  throw new InputError({
    code: 'input-invalid',
    subject: '--except',
    observed: 'no member is left',
    hint: 'leave out fewer',
  });
}

async function readEngines({
  engine,
  context,
  tlsDir,
  isPlugin,
}: TargetOptions): Promise<readonly GivenEngine[]> {
  if (engine.length + context.length === 0) return [await readCurrent(isPlugin)];
  const words = engine.flatMap((word) => word.split(','));
  return await allSettled('check', [
    ...words.map(async (word): Promise<GivenEngine> => {
      const { name, url } = splitName(word);
      return { name, url, givenAs: `--engine ${url}`, endpoint: await parseEngineUrl(url, tlsDir) };
    }),
    ...context
      .flatMap((word) => word.split(','))
      .map(async (name): Promise<GivenEngine> => {
        // The name "default" does not identify a machine.
        const called = name === 'default' ? undefined : name;
        return { name: called, givenAs: `--context ${name}`, ...(await readContext(name)) };
      }),
  ]);
}

/** Returns the engine that Docker's client would use. */
async function readCurrent(isPlugin = false): Promise<GivenEngine> {
  const name = await currentContext();
  const { url, endpoint } = await readContext(name);
  if (!isPlugin && endpoint.kind === 'unix' && !existsSync(endpoint.path)) {
    const { store } = await openProvider();
    throw new HarnessError({
      code: 'topology-missing',
      tried: 'check the running topology',
      observed: `no topology is running in ${store}, and no engine at ${url}`,
      hint: 'run "overlay-e2e up", or name your own cluster: machines of docker-machine, a file, --engine or --context',
    });
  }
  const called = name === 'default' ? undefined : name;
  return { name: called, givenAs: `Docker context ${name}`, url, endpoint };
}

function splitName(word: string): { name: string | undefined; url: string } {
  const [, name, url] = /^([^:/=]+)=(.*)$/.exec(word) ?? [];
  return { name, url: url ?? word };
}

async function openDescribed(file: string, look: IdentifyOptions): Promise<Chosen> {
  const { described, engines } = await loadClusterFile(file);
  const machines = await identifyAll(engines, look);
  const { limit, ...wishes } = described.check ?? {};
  return {
    target: describedTarget(described, machines, basename(file)),
    unreached: [],
    wishes: { ...wishes, ...(limit === undefined ? {} : { limit: limit * 1000 }) },
  };
}

/** Identifies the engines. If none of them answers, each error says why. */
async function identifyAll(
  given: readonly GivenEngine[],
  look: IdentifyOptions,
): Promise<Machine[]> {
  const machines = await createEnginesProvider(given, look).list();
  if (machines.some(({ state }) => state === 'Running')) return machines;
  await allSettled(
    'check',
    machines.map(async (machine) => {
      using engine = connectEngine(machine);
      await engine.version(look);
    }),
  );
  return machines;
}
