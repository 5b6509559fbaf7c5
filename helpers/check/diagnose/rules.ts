import {
  applicationError,
  applicationNotFromDatabase,
  applicationWrongAnswer,
  publishedPortUnreachable,
} from './application/application.ts';
import { nameStale, nameUnresolved } from './application/names.ts';
import { clientTooOld } from './engines/clients.ts';
import { containerDown, containerMisplaced, endpointStale } from './engines/containers.ts';
import { engineUnreachable } from './engines/engine-unreachable.ts';
import {
  isolationBroken,
  networkDiffers,
  networkMissing,
  subnetOverlap,
  vxlanDiffers,
} from './engines/networks.ts';
import { duplicateAddress } from './kernel/duplicate-address.ts';
import {
  encryptionKeyMismatch,
  encryptionRuleMissing,
  encryptionStateMissing,
} from './kernel/encryption.ts';
import { encryptionLeak } from './kernel/encryption-leak.ts';
import { forwardingStale } from './kernel/forwarding-stale.ts';
import {
  forwardingMissing,
  forwardingMoved,
  forwardingWrong,
  neighborMissing,
  neighborWrong,
} from './kernel/kernel-entries.ts';
import { neighborTableFull } from './kernel/neighbor-table-full.ts';
import { duplicateEngineId, duplicateHostname } from './members/duplicates.ts';
import { engineNotClustered, engineOutside } from './members/engine-not-clustered.ts';
import { endpointUnannounced } from './members/endpoint-unannounced.ts';
import { gossipSelfMissing } from './members/gossip-self-missing.ts';
import { gossipNotConverged } from './members/gossip-not-converged.ts';
import { keystoreUnreachable } from './members/keystore-unreachable.ts';
import { keystoreWiped } from './members/keystore-wiped.ts';
import {
  espBlocked,
  firewallDrops,
  gossipBlocked,
  hostUnreachable,
  vxlanBlocked,
} from './paths/blocked-paths.ts';
import { checksumOffload } from './paths/checksum-offload.ts';
import { mtuBlackHole, mtuUnsuitable } from './paths/mtu-black-hole.ts';
import { packetLoss } from './paths/packet-loss.ts';
import { vxlanSourceAddress } from './paths/vxlan-source-address.ts';
import { addressesUsedUp } from './swarm/addresses.ts';
import { managerUnreachable, swarmQuorumLost } from './swarm/quorum.ts';
import { liveRestoreInSwarm } from './swarm/live-restore.ts';
import { serviceDiffers, serviceMissing } from './swarm/services.ts';
import { taskNotStarted } from './swarm/tasks.ts';
import {
  ipvsMissing,
  loadBalancerForwardingOff,
  serviceBackendMissing,
  serviceBackendStale,
  serviceVipMissing,
} from './services/load-balancers.ts';
import { advertisedAddressAbsent } from './host/advertised-address.ts';
import { clockSkew } from './host/clock.ts';
import { certificateExpired } from './swarm/certificates.ts';
import { dockerRulesDuplicated, dockerRulesMissing } from './host/docker-rules.ts';
import { forwardingDisabled, gatewayBridgeBroken } from './host/gateway.ts';
import { conntrackFull, vxlanDeviceForeign } from './host/kernel.ts';
import { kernelFeatureMissing } from './services/kernel-features.ts';
import { ingressRuleMissing } from './services/mesh-rules.ts';
import {
  serviceBackendUnreachable,
  serviceTaskUnreachable,
  serviceVipUnreachable,
} from './services/service-connections.ts';
import { serviceNameMissing, serviceNameWrong } from './services/service-names.ts';
import type { Rule } from './rule.ts';

/** All rules, causes before consequences: a rule explains differences that the rules before it left open. */
export const rules: readonly Rule[] = [
  // Engines and their cluster.
  engineUnreachable,
  advertisedAddressAbsent,
  swarmQuorumLost,
  clockSkew,
  certificateExpired,
  engineOutside,
  // A kernel's own want, which looks like closed ways.
  neighborTableFull,
  conntrackFull,
  // Containers that answer for each other: their paths look lossy or dead.
  duplicateAddress,
  // Paths that lose a part of their packets: now and then they look closed.
  packetLoss,
  // Closed ways, which keep engines from each other.
  hostUnreachable,
  gossipBlocked,
  keystoreUnreachable,
  duplicateHostname,
  duplicateEngineId,
  keystoreWiped,
  kernelFeatureMissing,
  engineNotClustered,
  managerUnreachable,
  liveRestoreInSwarm,
  clientTooOld,
  // Networks, endpoints and containers.
  networkMissing,
  networkDiffers,
  // Routes to single endpoints are how a host joins overlays, and no ranges that overlap.
  isolationBroken,
  subnetOverlap,
  vxlanDeviceForeign,
  vxlanDiffers,
  addressesUsedUp,
  taskNotStarted,
  // An engine that ignores records: it keeps the ones of removed containers, too.
  gossipSelfMissing,
  endpointStale,
  containerMisplaced,
  containerDown,
  serviceMissing,
  serviceDiffers,
  // Gossip; blocked ports come before engines that have never joined.
  gossipNotConverged,
  endpointUnannounced,
  // Kernel entries, after endpoints that were never announced.
  forwardingMoved,
  forwardingWrong,
  forwardingMissing,
  neighborWrong,
  neighborMissing,
  forwardingStale,
  // Encryption, after gossip, which distributes hosts, and managers, which distribute keys.
  encryptionStateMissing,
  encryptionKeyMismatch,
  encryptionRuleMissing,
  encryptionLeak,
  // Packets, with correct tables.
  vxlanSourceAddress,
  vxlanBlocked,
  espBlocked,
  mtuBlackHole,
  checksumOffload,
  // Load balancers of services, after gossip that does not announce tasks.
  ipvsMissing,
  loadBalancerForwardingOff,
  serviceVipMissing,
  serviceBackendMissing,
  serviceBackendStale,
  serviceVipUnreachable,
  serviceBackendUnreachable,
  serviceTaskUnreachable,
  // DNS answers.
  nameUnresolved,
  nameStale,
  serviceNameMissing,
  serviceNameWrong,
  // The host's own way to other networks.
  gatewayBridgeBroken,
  forwardingDisabled,
  dockerRulesMissing,
  dockerRulesDuplicated,
  ingressRuleMissing,
  // The application, if everything below works.
  publishedPortUnreachable,
  applicationNotFromDatabase,
  applicationError,
  applicationWrongAnswer,
  // Differences that no live probe confirms.
  mtuUnsuitable,
  firewallDrops,
];
