import type { MachineProvider, MachineRequest } from '../machine/machine.ts';
import { type EngineAbilities, engineAbilities } from '../debian/engines/engine-capabilities.ts';
import {
  type Backend,
  backendsOfBundle,
  ENGINE_VERSIONS,
  suiteOfBundle,
} from '../debian/engines/engine-bundle.ts';
import { InputError } from '../process/errors/input-error.ts';

/** What a cluster needs of its engines: that they speak to this key-value store, or have swarm mode. */
export type EngineNeed = Backend | 'swarm-mode';

/** Why an engine cannot be in a cluster, and what can be done about it. */
export interface Refusal {
  readonly observed: string;
  readonly remedy: string;
}

/**
 * Refuses engines that cannot do what their cluster needs, before anything starts. What a driver of docker-machine
 * brings is not known before: such machines are left to {@link MachineProvider.create}.
 *
 * @param members the machines of the cluster; the keystore is none, whatever engine it has
 */
export async function requireEngines(
  provider: MachineProvider,
  need: EngineNeed,
  members: readonly MachineRequest[],
): Promise<void> {
  const machinesOf = new Map<string, string[]>();
  for (const member of members) {
    const bundle = provider.engineBundleOf(member);
    if (bundle === undefined) continue;
    machinesOf.set(bundle, [...(machinesOf.get(bundle) ?? []), member.name]);
  }
  for (const [bundle, names] of machinesOf) {
    const refusal = await refuseBundle(need, bundle);
    if (refusal === undefined) continue;
    throw new InputError({
      code: 'engine-unsuitable',
      subject: `${need} cluster of ${names.join(', ')}`,
      ...refusal,
    });
  }
}

/** Why the engine of a bundle cannot be in a cluster that needs this; undefined when it can. */
export async function refuseBundle(need: EngineNeed, bundle: string): Promise<Refusal | undefined> {
  const suite = suiteOfBundle(bundle);
  const build = suite === undefined ? `this build, ${bundle}` : `Debian’s ${suite} build`;
  return refuseEngine(need, await engineAbilities(bundle), build);
}

/** @param build whose build of that version it is */
export function refuseEngine(
  need: EngineNeed,
  { version, clusterStore, backends }: EngineAbilities,
  build: string,
): Refusal | undefined {
  if (need === 'swarm-mode') {
    // Containers that no service runs can be on an overlay of swarm mode since networks can be attachable.
    if (!isOlder(version, [1, 13])) return undefined;
    const observed = `engine ${version} has no attachable networks: swarm mode needs 1.13 or newer`;
    return { observed, remedy: `take engine ${ENGINE_VERSIONS.join(' or ')}` };
  }
  if (backends.includes(need)) return undefined;
  const engines = ENGINE_VERSIONS.filter((one) => backendsOfBundle(one)?.includes(need));
  const others = `engine ${engines.join(' or ')}`;
  if (clusterStore) {
    const stores = backends.length === 0 ? '' : `${backends.join(' or ')}, or `;
    return {
      observed: `engine ${version} has no ${scheme(need)}:// (${build})`,
      remedy: `take ${stores}${others}`,
    };
  }
  return isOlder(version, [1, 9])
    ? {
        observed: `engine ${version} has no --cluster-store: key-value clusters need 1.9 or newer`,
        remedy: `take ${others}`,
      }
    : {
        observed: `engine ${version} has no --cluster-store: key-value clusters need 20.10 or older`,
        remedy: `take ${others}, or swarm mode`,
      };
}

function scheme(store: Backend): string {
  return store === 'zookeeper' ? 'zk' : store;
}

function isOlder(version: string, [wantedMajor, wantedMinor]: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < wantedMajor || (major === wantedMajor && minor < wantedMinor);
}
