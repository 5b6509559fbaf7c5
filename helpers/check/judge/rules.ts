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
import { engineNotClustered, engineOutside } from './engine-not-clustered.ts';
import { engineUnreachable } from './engine-unreachable.ts';
import { enginesNeverMet } from './engines-never-met.ts';
import { firewallDrops } from './firewall-drops.ts';
import { forwardingStale } from './forwarding-stale.ts';
import { gossipBlocked } from './gossip-blocked.ts';
import { hostCutOff } from './host-cut-off.ts';
import { isolationBroken } from './isolation-broken.ts';
import {
  forwardingMissing,
  forwardingMoved,
  forwardingWrong,
  neighbourMissing,
  neighbourWrong,
} from './kernel-entries.ts';
import { keystoreUnreachable } from './keystore-unreachable.ts';
import { keystoreWiped } from './keystore-wiped.ts';
import { mtuBlackHole } from './mtu-black-hole.ts';
import { mtuUnfit } from './mtu-unfit.ts';
import { nameStale, nameUnresolved } from './names.ts';
import { neighbourTableFull } from './neighbour-table-full.ts';
import { networkDiffers } from './network-differs.ts';
import { networkMissing } from './network-missing.ts';
import type { Rule } from './rule.ts';
import { subnetOverlap } from './subnet-overlap.ts';
import { vxlanBlocked } from './vxlan-blocked.ts';
import { vxlanDiffers } from './vxlan-devices.ts';
import { vxlanSourceAddress } from './vxlan-source-address.ts';

/** All rules, causes before consequences: a rule explains what the ones before it left open. */
export const rules: readonly Rule[] = [
  // What holds the engines together.
  engineUnreachable,
  engineOutside,
  // A kernel's own want, which looks like closed ways.
  neighbourTableFull,
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
  // Routes to single endpoints are how a host joins overlays, and no ranges that overlap.
  isolationBroken,
  subnetOverlap,
  vxlanDiffers,
  endpointStale,
  containerMisplaced,
  containerDown,
  // What gossip is told; closed ports come before engines that have never met.
  enginesNeverMet,
  // What kernels hold, after what their engines were never told.
  forwardingMoved,
  forwardingWrong,
  forwardingMissing,
  neighbourWrong,
  neighbourMissing,
  forwardingStale,
  // What packets meet that no table leads astray.
  vxlanSourceAddress,
  vxlanBlocked,
  mtuBlackHole,
  checksumOffload,
  // What resolvers answer.
  nameUnresolved,
  nameStale,
  // What is felt last, when nothing below is known to be wrong.
  publishedPortUnreachable,
  applicationNotFromDatabase,
  applicationError,
  applicationWrongAnswer,
  // What no live probe has told of.
  mtuUnfit,
  firewallDrops,
];
