/**
 * What can be wrong with a cluster: its diagnosis code, a stable word, and its title, the same in a few words for people.
 * Each has a page.
 */
export const diagnosisTitles = {
  'engine-unreachable': 'An engine does not answer',
  'engine-not-clustered': 'An engine is not a member of the cluster',
  'duplicate-hostname': 'Two hosts have the same hostname',
  'duplicate-engine-id': 'Two engines have the same id',
  'keystore-unreachable': 'A host does not reach the key-value store',
  'keystore-wiped': 'The key-value store has forgotten the cluster',
  'network-missing': 'A host does not know an overlay network',
  'network-differs': 'Hosts take different networks for the same one',
  'subnet-overlap': 'A subnet of an overlay overlaps with one that is in use',
  'gossip-blocked': 'Engines cannot tell each other of containers (port 7946)',
  'vxlan-blocked': 'Overlay packets do not get from host to host (port 4789/udp)',
  'vxlan-source-address': 'Overlay packets come from another address than the cluster expects',
  'mtu-black-hole': 'Large packets vanish on their way',
  'checksum-offload': 'Packets arrive with wrong checksums',
  'forwarding-entry-missing': 'A kernel does not know which host has a container',
  'forwarding-entry-wrong': 'A kernel sends packets for a container to another host',
  'forwarding-entry-stale': 'A kernel still knows a container that is not there any more',
  'neighbour-missing': 'A kernel does not know the MAC address of a container',
  'neighbour-wrong': 'A kernel has another MAC address for a container',
  'neighbour-table-full': 'A kernel has no room for more neighbours',
  'endpoint-stale': 'The control plane keeps an end of a container that is gone',
  'name-unresolved': 'A name of a container is not answered',
  'name-stale': 'A name leads to an address that its container does not have',
  'isolation-broken': 'Packets pass between two networks that should not meet',
  'container-misplaced': 'A container runs on another host than it should',
  'container-down': 'A container that should run does not',
  'published-port-unreachable': 'A published port does not answer',
  'application-error': 'The application answers with an error, or not at all',
  'application-wrong-answer': 'The application answers something else than it should',
  'application-not-from-database': 'The application does not answer out of its database',
  unexplained: 'Something is wrong that no known defect explains',
} as const;

export type DiagnosisCode = keyof typeof diagnosisTitles;

export const diagnosisCodes = Object.keys(diagnosisTitles) as readonly DiagnosisCode[];

/** The page that tells more, from the project's root. */
export function pageOf(code: DiagnosisCode): string {
  return `docs/diagnoses/${code}.md`;
}
