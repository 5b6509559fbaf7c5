import { z } from 'zod';
import { clusterPlan, keystoreOf } from '../../cluster/cluster-plan.ts';
import { refuseBundle } from '../../cluster/require-engines.ts';
import { engineNeedOf } from '../choose-engines.ts';
import type { WrongField } from './wrong-fields.ts';
import { readVariable } from '../../process/environment.ts';

const bundle = z.string().optional();

/** The engines of the machines in a description. */
const engines = z.object({
  cluster: clusterPlan,
  engineBundle: bundle,
  machines: z.array(z.object({ name: z.string(), engineBundle: bundle })),
});

/** Finds engines in a description that cannot be members of its cluster. */
export async function findRefusedEngines(described: unknown): Promise<WrongField[]> {
  const { data } = engines.safeParse(described);
  if (data === undefined) return [];
  const { cluster, machines } = data;
  const usual = readVariable('E2E_ENGINE_BUNDLE') ? undefined : data.engineBundle;
  const fields = new Map<string, WrongField>();
  for (const [at, { name, engineBundle: own }] of machines.entries()) {
    const chosen = own ?? usual;
    if (name === keystoreOf(cluster) || chosen === undefined) continue;
    const refusal = await refuseBundle(engineNeedOf({ cluster }), chosen);
    if (refusal === undefined) continue;
    const path = own === undefined ? ['engineBundle'] : ['machines', at, 'engineBundle'];
    fields.set(path.join('.'), { path, ...refusal });
  }
  return [...fields.values()];
}
