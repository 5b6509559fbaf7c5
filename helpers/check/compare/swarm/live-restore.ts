import { answeringHosts } from '../engines/answering-hosts.ts';
import { type Comparison, outcomeOf } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import { onlyInSwarms } from './only-in-swarms.ts';
import { valueOf } from '../../model/observed.ts';

/** No engine of a swarm uses live-restore: with it, an engine that is in a swarm does not start. */
export const liveRestore: Comparison = {
  name: 'live-restore',
  title: 'no engine of the swarm uses live-restore',
  layer: 'engines',
  needs: 'api',
  compare: onlyInSwarms((observation) => {
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
  }),
};
