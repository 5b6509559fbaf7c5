import type { Check } from '../check.ts';
import { applicationAnswers, applicationFromDatabase } from './application.ts';
import { checksums } from './checksums.ts';
import { containerPaths } from './container-paths.ts';
import { containersInPlace } from './containers-in-place.ts';
import { containersRun } from './containers-run.ts';
import { endsAlive } from './ends-alive.ts';
import { enginesAnswer } from './engines-answer.ts';
import { enginesClustered } from './engines-clustered.ts';
import { engineIdsDiffer, hostnamesDiffer } from './engines-differ.ts';
import { gossipAware } from './gossip-aware.ts';
import { gossipPaths } from './gossip-paths.ts';
import { hostPaths } from './host-paths.ts';
import { isolation } from './isolation.ts';
import { kernelDevices } from './kernel-devices.ts';
import { kernelFirewall } from './kernel-firewall.ts';
import { kernelForwarding } from './kernel-forwarding.ts';
import { kernelLeftovers } from './kernel-leftovers.ts';
import { kernelMtu } from './kernel-mtu.ts';
import { kernelNeighbours } from './kernel-neighbours.ts';
import { keyValueMembers } from './key-value-members.ts';
import { managers } from './managers.ts';
import { namesRight } from './names-right.ts';
import { networksAgree } from './networks-agree.ts';
import { networksKnown } from './networks-known.ts';
import { outerSources } from './outer-sources.ts';
import { publishedPorts } from './published-ports.ts';
import { storeAnswers } from './store-answers.ts';
import { storeWhole } from './store-whole.ts';
import { subnetsApart } from './subnets.ts';
import { swarmMembers } from './swarm-members.ts';
import { tunnels } from './tunnels.ts';

/** All checks, in the order of their layers. */
export const checks: readonly Check[] = [
  // engines
  enginesAnswer,
  hostnamesDiffer,
  engineIdsDiffer,
  enginesClustered,
  keyValueMembers,
  swarmMembers,
  gossipAware,
  // store
  storeAnswers,
  storeWhole,
  // networks
  networksKnown,
  networksAgree,
  subnetsApart,
  endsAlive,
  containersInPlace,
  containersRun,
  // kernel
  kernelDevices,
  kernelForwarding,
  kernelNeighbours,
  kernelLeftovers,
  kernelMtu,
  kernelFirewall,
  // names
  namesRight,
  // paths
  hostPaths,
  gossipPaths,
  managers,
  tunnels,
  outerSources,
  containerPaths,
  checksums,
  isolation,
  // application
  publishedPorts,
  applicationAnswers,
  applicationFromDatabase,
];
