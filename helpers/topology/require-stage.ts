import { keystoreOf } from '../cluster/cluster-plan.ts';
import { HarnessError } from '../process/harness-error.ts';
import { includesStage, type Stage, type Topology } from './topology.ts';

/** Refuses, before anything starts, to stand up what the topology cannot have. */
export function requireStage(
  { name, cluster, upTo }: Pick<Topology, 'name' | 'cluster' | 'upTo'>,
  until: Stage,
): void {
  const tried = `stand up ${name} until ${until}`;
  if (upTo !== undefined && !includesStage(upTo.stage, until)) {
    const remedy = `take --until ${upTo.stage}, or another topology`;
    throw new HarnessError({ tried, observed: upTo.because, remedy });
  }
  if (until === 'keystore' && keystoreOf(cluster) === undefined) {
    const observed = 'swarm mode has no key-value store';
    throw new HarnessError({ tried, observed, remedy: 'take --until cluster' });
  }
}
