import { keystoreOf } from '../../cluster/cluster-plan.ts';
import { InputError } from '../../process/errors/input-error.ts';
import { includesStage, limitOf, type Stage, type Topology } from '../topology.ts';

/** Rejects a stage that the topology cannot have, before anything starts. */
export function requireStage(
  { name, cluster }: Pick<Topology, 'name' | 'cluster'>,
  until: Stage,
): void {
  const tried = `bring up ${name} until ${until}`;
  const limit = limitOf({ cluster });
  if (limit !== undefined && !includesStage(limit.stage, until)) {
    const hint = `Use --until ${limit.stage}, or another topology`;
    throw new InputError({
      code: 'operation-unsupported',
      subject: tried,
      observed: limit.because,
      hint,
    });
  }
  if (until === 'keystore' && keystoreOf(cluster) === undefined) {
    const observed = 'swarm mode has no key-value store';
    throw new InputError({
      code: 'operation-unsupported',
      subject: tried,
      observed,
      hint: 'Use --until cluster',
    });
  }
}
