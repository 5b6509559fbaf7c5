import { describeBundle } from './describe-bundle.ts';
import { describeRounds } from './describe-rounds.ts';

describeRounds('swarm-mode', describeBundle);
