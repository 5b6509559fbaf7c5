// Claims a state directory until its standard input ends: hold-claim.ts STORE. Prints "held" or "refused".
import { text } from 'node:stream/consumers';
import { claimStateDirectory } from '../../../../helpers/topology/bring-up/claim.ts';

const outcome = await claimStateDirectory(process.argv[2] ?? '', 'hold').then(
  () => 'held',
  () => 'refused',
);
console.log(outcome);
await text(process.stdin);
