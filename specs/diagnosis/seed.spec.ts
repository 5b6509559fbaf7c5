import { describeRounds } from './describe-rounds.ts';

describeRounds('seed');
