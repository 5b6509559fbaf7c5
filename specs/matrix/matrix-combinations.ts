import { type UnsuitableEngine, refuseBundle } from '../../helpers/cluster/require-engines.ts';
import { ENGINE_VERSIONS } from '../../helpers/debian/engines/engine-bundle.ts';
import { engineNeedOf } from '../../helpers/topology/choose-engines.ts';
import { tutorialTopologies } from '../../helpers/topology/topologies.ts';
import { combine, type Topology } from '../../helpers/topology/topology.ts';

/** A topology on an engine. */
export interface Combination {
  readonly topology: Topology;
  readonly engine: string;
  /** The reason why such a cluster is impossible; undefined if it is possible. */
  readonly refusal: UnsuitableEngine | undefined;
}

/**
 * Lists every topology on every engine.
 *
 * @param words names of topologies, and engines by version, `system` or folder, that restrict the list; everything if
 * empty
 */
export async function listCombinations(words: readonly string[] = []): Promise<Combination[]> {
  const named = tutorialTopologies.filter(({ name }) => words.includes(name));
  const bundles = words.filter((word) => !tutorialTopologies.some(({ name }) => name === word));
  const kinds = named.length === 0 ? tutorialTopologies : named;
  const engines = bundles.length === 0 ? ENGINE_VERSIONS : bundles;
  return await Promise.all(
    kinds.flatMap((kind) =>
      engines.map(async (engine) => ({
        topology: combine(kind, engine),
        engine,
        refusal: await refuseBundle(engineNeedOf(kind), engine),
      })),
    ),
  );
}
