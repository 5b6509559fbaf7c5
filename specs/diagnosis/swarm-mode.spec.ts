import { describeBundle } from './describe-bundle.ts';
import { describeRounds } from './describe-rounds.ts';
import { describeTraces } from './describe-traces.ts';

describeRounds('swarm-mode', (test) => {
  describeBundle(test);
  describeTraces(test);
});
