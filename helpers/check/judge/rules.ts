import { containerDown, containerMisplaced } from './containers.ts';
import { duplicateEngineId, duplicateHostname } from './duplicates.ts';
import { endpointStale } from './endpoint-stale.ts';
import { engineNotClustered } from './engine-not-clustered.ts';
import { enginesNeverMet } from './engines-never-met.ts';
import { engineUnreachable } from './engine-unreachable.ts';
import { keystoreUnreachable } from './keystore-unreachable.ts';
import { keystoreWiped } from './keystore-wiped.ts';
import { networkDiffers } from './network-differs.ts';
import { networkMissing } from './network-missing.ts';
import type { Rule } from './rule.ts';
import { strandedThread } from './stranded-thread.ts';

/** All rules, causes before consequences: a rule explains what the ones before it left open. */
export const rules: readonly Rule[] = [
  // What holds the engines together.
  strandedThread,
  engineUnreachable,
  keystoreUnreachable,
  duplicateHostname,
  duplicateEngineId,
  keystoreWiped,
  engineNotClustered,
  // What is on record.
  networkMissing,
  networkDiffers,
  endpointStale,
  containerMisplaced,
  containerDown,
  // What gossip is told; closed ports come before engines that have never met.
  enginesNeverMet,
];
