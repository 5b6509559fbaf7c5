import { answeringHosts } from '../engines/answering-hosts.ts';
import { type Comparison, outcomeOf } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import { traitsOf } from '../../model/cluster-traits.ts';
import { valueOf } from '../../model/observed.ts';

/** No engine of a swarm uses live-restore: with it, an engine that is in a swarm does not start. */
export const liveRestore: Comparison = {
  name: 'live-restore',
  title: 'no engine of the swarm uses live-restore',
  layer: 'engines',
  needs: 'api',
  compare: (observation) => {
    if (!traitsOf(observation).hasManagers) {
      const reason = 'the cluster is not a swarm';
      return { state: 'skipped', reason, because: 'not-applicable' };
    }
    const nodes = answeringHosts(observation).filter(({ info }) => info.swarm === 'active');
    return outcomeOf(
      nodes.flatMap(({ host: { name: host, kernel }, info }): Difference[] => {
        const engine = info.liveRestore;
        const configuration = valueOf(kernel)?.host?.before.configuresLiveRestore === true;
        if (!engine && !configuration) return [];
        const how = engine ? 'uses' : 'is configured to use';
        return [
          {
            kind: 'live-restore-on',
            where: { host },
            expected: false,
            observed: { engine, configuration },
            text: `the engine of ${host} ${how} live-restore, and is in a swarm: it will not start again`,
          },
        ];
      }),
      nodes.map(({ host: { name } }) => `${name}: live-restore is off`),
    );
  },
};
