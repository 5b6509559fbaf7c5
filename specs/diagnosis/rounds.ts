import type { DiagnosisCode } from '../../helpers/check/model/codes.ts';
import type { Defect } from './defect.ts';
import { allDefects } from './defects/all.ts';
import type { ClusterKind } from './topologies.ts';

/**
 * The defects that every run of the specs injects: each code once, on one of the two kinds of clusters. A round injects
 * unrelated defects together, and a check must find all of them. `npm run confusion` injects all defects one by one.
 */
export const rounds: Readonly<Record<ClusterKind, readonly (readonly Defect[])[]>> = {
  seed: [
    [
      pick('keystore-wiped', 'the keys of the networks are deleted'),
      pick('published-port-unreachable', 'a firewall drops packets to the port from outside'),
    ],
    [
      pick('endpoint-stale', 'the key-value store has an endpoint of a removed host'),
      pick('forwarding-entry-missing', 'half of the entry is deleted, as in moby #52661'),
      pick('docker-rules-missing', 'a firewall flushes the tables filter and nat'),
      pick('application-wrong-answer', "the car's row is changed"),
    ],
    [
      pick('duplicate-hostname', 'a host is renamed while its engine runs'),
      pick('neighbour-wrong', 'the neighbor entry has the MAC address of another container'),
      pick(
        'application-not-from-database',
        'a copy of the answer is served instead of the application',
      ),
    ],
    [pick('keystore-unreachable', 'the container of the key-value store is stopped')],
    [
      pick('vxlan-source-address', 'the firewall rewrites the source'),
      pick('container-misplaced', 'another host has a container with the same name'),
      pick(
        'duplicate-address',
        'the address of a container on another host is set on the loopback interface',
      ),
    ],
    [
      pick('engine-not-clustered', 'the engine uses another prefix in the key-value store'),
      pick('name-stale', "a line in the container's /etc/hosts"),
    ],
  ],
  'swarm-mode': [
    [
      pick('engine-unreachable', 'the engine is stopped'),
      pick('application-error', "the application's table is deleted"),
    ],
    [
      pick('duplicate-engine-id', 'the host was cloned from another'),
      pick('container-down', 'the container is paused'),
      pick('packet-loss', 'the receiver drops three of ten VXLAN packets at random'),
    ],
    [
      pick('network-missing', 'the network was removed'),
      pick('vxlan-blocked', 'the sender drops packets to one host'),
    ],
    [
      pick('network-differs', 'a host has a bridge network with the same name'),
      pick('forwarding-entry-wrong', 'the entry has another port'),
      pick('neighbour-missing', 'the neighbor entry of one container is deleted'),
    ],
    [
      pick('subnet-overlap', "a host routes half of an overlay's range through a gateway"),
      pick('forwarding-entry-stale', 'the entry of a removed container'),
      pick('mtu-black-hole', 'large packets are dropped on the path'),
    ],
    [
      pick('gossip-blocked', 'TCP in, from one host'),
      pick('isolation-broken', 'the host routes between two overlay networks'),
      pick('name-unresolved', "the NAT rules of the engine's name server are deleted"),
    ],
    [pick('checksum-offload', 'in TCP packets that a host sends')],
    [pick('gossip-self-missing', 'an engine left the network in the gossip')],
  ],
};

/** The defects that printed fixes undo: after all of them have run, the cluster is healthy. */
export const typed: Readonly<Record<ClusterKind, readonly Defect[]>> = {
  seed: [
    pick('gossip-blocked', 'TCP in, from one host'),
    pick('forwarding-entry-stale', 'the entry of a removed container'),
    pick('endpoint-stale', 'the key-value store has an endpoint of a removed host'),
    pick('packet-loss', 'the sender drops every fourth VXLAN packet to one host'),
    pick('keystore-wiped', 'the key of one endpoint is deleted'),
  ],
  'swarm-mode': [
    pick('vxlan-blocked', 'the receiver drops all packets'),
    pick('forwarding-entry-missing', 'half of the entry is deleted, as in moby #52661'),
    pick('container-down', 'the container is paused'),
    pick('duplicate-address', 'the address of a container is also set in another one on its host'),
    pick('subnet-overlap', "a host routes half of an overlay's range through a gateway"),
    pick('docker-rules-duplicated', 'the rules are copied to iptables-legacy'),
    pick('forwarding-disabled', 'net.ipv4.ip_forward is 0'),
    pick('gateway-bridge-broken', 'docker_gwbridge is down'),
    pick('vxlan-device-foreign', 'another program has a tunnel with the same number'),
  ],
};

function pick(code: DiagnosisCode, way: string): Defect {
  const defect = allDefects.find((one) => one.code === code && one.way === way);
  if (defect === undefined) throw new Error(`there is no defect ${code}: ${way}`);
  return defect;
}
