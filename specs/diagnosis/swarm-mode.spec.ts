import { describeRounds } from './describe-rounds.ts';

describeRounds('swarm-mode');
