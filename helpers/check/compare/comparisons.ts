import type { Comparison } from '../model/comparison.ts';
import { addressesUnique } from './kernel/addresses.ts';
import { applicationAnswers, applicationFromDatabase } from './application/application.ts';
import { balancersForward, kernelFeatures, kernelsBalance } from './services/kernel-support.ts';
import { realServers, virtualServices } from './services/virtual-services.ts';
import { serviceConnections } from './services/service-connections.ts';
import { serviceNames } from './services/service-names.ts';
import { meshRules } from './services/mesh-rules.ts';
import { checksums } from './paths/checksums.ts';
import { containerPaths } from './paths/container-paths.ts';
import { containersInPlace } from './engines/containers-in-place.ts';
import { containersRun } from './engines/containers-run.ts';
import { encryptionKeys, encryptionRules, encryptionStates } from './kernel/encryption.ts';
import { encryptedPackets } from './paths/encrypted-packets.ts';
import { endpointsAlive } from './engines/endpoints-alive.ts';
import { enginesAnswer } from './engines/engines-answer.ts';
import { enginesClustered } from './engines/engines-clustered.ts';
import { engineIdsDiffer, hostnamesDiffer } from './engines/engines-differ.ts';
import { gossipAware } from './members/gossip-aware.ts';
import { gossipSelf } from './members/gossip-self.ts';
import { gossipPaths } from './paths/gossip-paths.ts';
import { hostPaths } from './paths/host-paths.ts';
import { isolation } from './paths/isolation.ts';
import { kernelDevices } from './kernel/devices.ts';
import { kernelFirewall } from './kernel/firewall.ts';
import { kernelForwarding } from './kernel/forwarding.ts';
import { kernelStaleEntries } from './kernel/stale-entries.ts';
import { kernelMtu } from './kernel/mtu.ts';
import { kernelNeighbors } from './kernel/neighbors.ts';
import { keyValueMembers } from './members/key-value-members.ts';
import { managers } from './members/managers.ts';
import { namesRight } from './application/names.ts';
import { networksAgree } from './engines/networks-agree.ts';
import { networksKnown } from './engines/networks-known.ts';
import { outerSources } from './paths/outer-sources.ts';
import { packetLoss } from './paths/packet-loss.ts';
import { publishedPorts } from './application/published-ports.ts';
import { keystoreAnswers } from './members/keystore-answers.ts';
import { keystoreComplete } from './members/keystore-complete.ts';
import { addressesLeft } from './engines/addresses-left.ts';
import { connections } from './host/connections.ts';
import { dockerRules } from './host/docker-rules.ts';
import { gateway } from './host/gateway.ts';
import { hostVxlans } from './host/host-vxlans.ts';
import { liveRestore } from './swarm/live-restore.ts';
import { swarmQuorum } from './swarm/quorum.ts';
import { servicesExpected } from './swarm/services-expected.ts';
import { tasksStart } from './swarm/tasks.ts';
import { clientsSupported } from './engines/clients.ts';
import { ipv4Only } from './engines/ipv6.ts';
import { clocks } from './host/clocks.ts';
import { advertisedAddresses } from './host/advertised-addresses.ts';
import { nodeCertificates } from './swarm/certificates.ts';
import { subnetsApart } from './engines/subnets.ts';
import { swarmMembers } from './members/swarm-members.ts';
import { tunnels } from './paths/tunnels.ts';

/** All comparisons, in the order of their layers. */
export const comparisons: readonly Comparison[] = [
  // engines
  enginesAnswer,
  hostnamesDiffer,
  engineIdsDiffer,
  clocks,
  advertisedAddresses,
  enginesClustered,
  keyValueMembers,
  swarmQuorum,
  swarmMembers,
  liveRestore,
  nodeCertificates,
  clientsSupported,
  tasksStart,
  gossipAware,
  gossipSelf,
  // store
  keystoreAnswers,
  keystoreComplete,
  // networks
  networksKnown,
  networksAgree,
  ipv4Only,
  subnetsApart,
  addressesLeft,
  endpointsAlive,
  containersInPlace,
  containersRun,
  servicesExpected,
  // kernel
  kernelDevices,
  kernelForwarding,
  kernelNeighbors,
  kernelStaleEntries,
  kernelMtu,
  kernelFirewall,
  dockerRules,
  gateway,
  connections,
  hostVxlans,
  addressesUnique,
  encryptionStates,
  encryptionKeys,
  encryptionRules,
  // services
  kernelsBalance,
  kernelFeatures,
  balancersForward,
  meshRules,
  virtualServices,
  realServers,
  serviceConnections,
  // names
  namesRight,
  serviceNames,
  // paths
  hostPaths,
  gossipPaths,
  managers,
  tunnels,
  encryptedPackets,
  outerSources,
  containerPaths,
  packetLoss,
  checksums,
  isolation,
  // application
  publishedPorts,
  applicationAnswers,
  applicationFromDatabase,
];
