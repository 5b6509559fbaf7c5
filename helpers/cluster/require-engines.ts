import type { MachineProvider, MachineRequest } from '../machine/machine.ts';
import { type EngineAbilities, engineAbilities } from '../debian/engines/engine-capabilities.ts';
import { type Backend, suiteOfBundle } from '../debian/engines/engine-bundle.ts';
import { InputError } from '../process/errors/input-error.ts';
import type { UnsuitableEngine, RefuseEngine } from './cluster-kind.ts';
import { refuseKeyValueEngine } from './key-value/refuse-engine.ts';
import { refuseSwarmEngine } from './swarm-mode/refuse-engine.ts';

/** The feature that a cluster needs of its engines: support for a key-value store, or swarm mode. */
export type EngineNeed = Backend | 'swarm-mode';

export type { UnsuitableEngine };

/**
 * Rejects engines that lack a feature that their cluster needs, before anything starts. The engine of a docker-machine
 * driver is unknown at that point, so {@link MachineProvider.create} checks such machines.
 *
 * @param members the machines of the cluster, without the keystore
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

/** Returns the reason why the engine of a bundle cannot be in a cluster that needs a feature; undefined if it can. */
export async function refuseBundle(
  need: EngineNeed,
  bundle: string,
): Promise<UnsuitableEngine | undefined> {
  const suite = suiteOfBundle(bundle);
  const build = suite === undefined ? `this build, ${bundle}` : `Debian's ${suite} build`;
  return refuseEngine(need, await engineAbilities(bundle), build);
}

/** @param build the origin of that version's build */
export function refuseEngine(
  need: EngineNeed,
  abilities: EngineAbilities,
  build: string,
): UnsuitableEngine | undefined {
  return refusals[need](abilities, build);
}

const refusals: Readonly<Record<EngineNeed, RefuseEngine>> = {
  consul: refuseKeyValueEngine('consul'),
  etcd: refuseKeyValueEngine('etcd'),
  zookeeper: refuseKeyValueEngine('zookeeper'),
  'swarm-mode': refuseSwarmEngine,
};
