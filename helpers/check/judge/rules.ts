import {
  applicationError,
  applicationNotFromDatabase,
  applicationWrongAnswer,
  publishedPortUnreachable,
} from './application.ts';
import { checksumOffload } from './checksum-offload.ts';
import { containerDown, containerMisplaced } from './containers.ts';
import { duplicateEngineId, duplicateHostname } from './duplicates.ts';
import { endpointStale } from './endpoint-stale.ts';
import { engineNotClustered } from './engine-not-clustered.ts';
import { enginesNeverMet } from './engines-never-met.ts';
import { engineUnreachable } from './engine-unreachable.ts';
import { gossipBlocked } from './gossip-blocked.ts';
import { hostCutOff } from './host-cut-off.ts';
import { isolationBroken } from './isolation-broken.ts';
import { keystoreUnreachable } from './keystore-unreachable.ts';
import { keystoreWiped } from './keystore-wiped.ts';
import { mtuBlackHole } from './mtu-black-hole.ts';
import { nameStale, nameUnresolved } from './names.ts';
import { networkDiffers } from './network-differs.ts';
import { networkMissing } from './network-missing.ts';
import type { Rule } from './rule.ts';
import { strandedThread } from './stranded-thread.ts';
import { vxlanBlocked } from './vxlan-blocked.ts';
import { vxlanSourceAddress } from './vxlan-source-address.ts';

/** All rules, causes before consequences: a rule explains what the ones before it left open. */
export const rules: readonly Rule[] = [
  // What holds the engines together.
  strandedThread,
  engineUnreachable,
  // Closed ways, which keep engines from each other.
  hostCutOff,
  gossipBlocked,
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
  // What packets meet that no table leads astray.
  vxlanSourceAddress,
  vxlanBlocked,
  mtuBlackHole,
  checksumOffload,
  isolationBroken,
  // What resolvers answer.
  nameUnresolved,
  nameStale,
  // What is felt last, when nothing below is known to be wrong.
  publishedPortUnreachable,
  applicationNotFromDatabase,
  applicationError,
  applicationWrongAnswer,
];
