import { describeHangs } from './describe-hangs.ts';
import { describeRounds } from './describe-rounds.ts';

describeRounds('seed', describeHangs);
