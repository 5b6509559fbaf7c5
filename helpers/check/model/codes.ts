/** The diagnosis codes, each a stable word, with their titles for people. Each code has a page. */
export const diagnosisTitles = {
  'engine-unreachable': 'An engine does not answer',
  'engine-not-clustered': 'An engine is not a member of the cluster',
  'swarm-quorum-lost': 'The managers of a swarm have no leader',
  'live-restore-in-swarm': 'An engine in a swarm uses live-restore',
  'duplicate-hostname': 'Two hosts have the same hostname',
  'duplicate-engine-id': 'Two engines have the same ID',
  'keystore-unreachable': 'A host cannot reach the key-value store',
  'keystore-wiped': 'The key-value store has lost cluster data',
  'network-missing': 'A host lacks an overlay network',
  'network-differs': 'Hosts disagree about a network',
  'subnet-overlap': 'The subnet of an overlay overlaps another one',
  'addresses-used-up': 'An overlay network has no free addresses',
  'task-not-started': 'A task of a service does not start',
  'gossip-blocked': 'Engines cannot exchange gossip (port 7946)',
  'vxlan-blocked': 'VXLAN packets do not pass between hosts',
  'vxlan-source-address': 'VXLAN packets have an unexpected source address',
  'packet-loss': 'A path between hosts loses some of its packets',
  'mtu-black-hole': 'Large packets are lost',
  'checksum-offload': 'Packets arrive with wrong checksums',
  'forwarding-entry-missing': 'A host has no forwarding entry for a container',
  'forwarding-entry-wrong': 'A host forwards traffic for a container to the wrong host',
  'forwarding-entry-stale': 'A host has forwarding entries for a container that is gone',
  'neighbour-missing': 'A host lacks the MAC address of a container',
  'neighbour-wrong': 'A host has the wrong MAC address for a container',
  'neighbour-table-full': 'The neighbor table of a kernel is full',
  'duplicate-address': 'Two containers have the same address',
  'encryption-rule-missing':
    'A host may send packets of an encrypted network in clear, or accept them',
  'encryption-state-missing': 'A host cannot encrypt or decrypt packets of another host',
  'encryption-key-mismatch': 'Two hosts encrypt with different keys',
  'ipvs-missing': 'The kernel of a node cannot balance the load of services',
  'load-balancer-forwarding-off': 'The load balancer of a network forwards no packets',
  'ingress-rule-missing': 'A node does not lead packets to a published port into the routing mesh',
  'service-vip-missing': 'A node does not answer at the virtual address of a service',
  'service-backend-missing': 'A load balancer sends nothing to a running task',
  'service-backend-stale': 'A load balancer sends connections to a task that is gone',
  'endpoint-stale': 'An endpoint of a container that is gone is still listed',
  'docker-rules-missing': "A host lacks its engine's firewall rules",
  'docker-rules-duplicated': "A host has its engine's firewall rules twice",
  'forwarding-disabled': 'A host does not forward packets',
  'gateway-bridge-broken': 'The gateway bridge of a host does not work',
  'conntrack-table-full': 'The connection table of a kernel is full',
  'vxlan-device-foreign': 'Another device has the VXLAN number of an overlay',
  'name-unresolved': 'A container name does not resolve',
  'name-stale': 'A container name resolves to the wrong address',
  'service-name-missing': 'A name of a service does not resolve',
  'service-name-wrong': 'A name of a service resolves to wrong addresses',
  'isolation-broken': 'Packets pass between unrelated networks',
  'container-misplaced': 'A container runs on the wrong host',
  'container-down': 'A container that should run is not running',
  'published-port-unreachable': 'A published port is unreachable',
  'application-error': 'The application returns an error or does not answer',
  'application-wrong-answer': 'The application gives an unexpected answer',
  'application-not-from-database': 'The application answers without its database',
  unexplained: 'No known diagnosis explains the differences',
} as const;

export type DiagnosisCode = keyof typeof diagnosisTitles;

export const diagnosisCodes = Object.keys(diagnosisTitles) as readonly DiagnosisCode[];

/** The page that tells more, from the project's root. */
export function pageOf(code: DiagnosisCode): string {
  return `docs/diagnoses/${code}.md`;
}
