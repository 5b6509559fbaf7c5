import type { DiagnosisCode } from '../../helpers/check/model/codes.ts';
import type { Defect } from './defect.ts';
import { allDefects } from './defects/all.ts';
import type { ClusterKind } from './topologies.ts';

/**
 * What every run of the specs brings about: each code once, on one kind of cluster or the other. What has nothing to do
 * with each other is brought about at once, and all of it must be found; `npm run confusion` does all, one by one.
 */
export const rounds: Readonly<Record<ClusterKind, readonly (readonly Defect[])[]>> = {
  seed: [
    [
      pick('keystore-wiped', 'the networks’ keys are deleted'),
      pick('published-port-unreachable', 'a firewall drops what comes to the port from outside'),
    ],
    [
      pick('endpoint-stale', 'the store has an end of a host that is gone for good'),
      pick('forwarding-entry-missing', 'half of the entry is gone, as in moby #52661'),
      pick('application-wrong-answer', 'the car’s row is another'),
    ],
    [
      pick('duplicate-hostname', 'a host is renamed while its engine runs'),
      pick('neighbour-wrong', 'the neighbour has the MAC address of another container'),
      pick('application-not-from-database', 'a copy of the answer stands before the application'),
    ],
    [pick('keystore-unreachable', 'the store’s container is stopped')],
    [
      pick('vxlan-source-address', 'the firewall rewrites the source'),
      pick('container-misplaced', 'another host has a container of the same name'),
    ],
    [
      pick('engine-not-clustered', 'the engine looks below another prefix of the store'),
      pick('name-stale', 'a line in the container’s own /etc/hosts'),
    ],
  ],
  'swarm-mode': [
    [
      pick('engine-unreachable', 'the engine is stopped'),
      pick('application-error', 'the table is gone that the application reads'),
    ],
    [
      pick('duplicate-engine-id', 'the host was cloned from another'),
      pick('container-down', 'it is paused'),
      pick('packet-loss', 'the sender drops every fourth VXLAN packet to one host'),
    ],
    [
      pick('network-missing', 'the network was removed'),
      pick('vxlan-blocked', 'the sender drops what goes to one host'),
    ],
    [
      pick('network-differs', 'a host has a bridge network of that name'),
      pick('forwarding-entry-wrong', 'the entry has another port'),
      pick('neighbour-missing', 'the neighbour of one container is gone'),
    ],
    [
      pick('subnet-overlap', 'a host routes half of an overlay’s range through a gateway'),
      pick('forwarding-entry-stale', 'the entry of a container that is gone'),
      pick('mtu-black-hole', 'long packets vanish on the way'),
    ],
    [
      pick('gossip-blocked', 'TCP in, from one host'),
      pick('isolation-broken', 'the host leads from one overlay to another'),
      pick('name-unresolved', 'the rules that lead to the engine’s name server are flushed'),
    ],
    [pick('checksum-offload', 'TCP that a host sends')],
  ],
};

/** What a person fixes by typing what the audit prints: each line is typed, and then nothing is wrong any more. */
export const typed: Readonly<Record<ClusterKind, readonly Defect[]>> = {
  seed: [
    pick('gossip-blocked', 'TCP in, from one host'),
    pick('forwarding-entry-stale', 'the entry of a container that is gone'),
    pick('endpoint-stale', 'the store has an end of a host that is gone for good'),
    pick('packet-loss', 'the receiver drops three of ten VXLAN packets at random'),
  ],
  'swarm-mode': [
    pick('vxlan-blocked', 'the receiver drops all of it'),
    pick('forwarding-entry-missing', 'half of the entry is gone, as in moby #52661'),
    pick('container-down', 'it is paused'),
  ],
};

function pick(code: DiagnosisCode, way: string): Defect {
  const defect = allDefects.find((one) => one.code === code && one.way === way);
  if (defect === undefined) throw new Error(`there is no defect ${code}: ${way}`);
  return defect;
}
