import type { Comparison } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import { type ExpectedEntry, heldEntry } from '../../derive/kernel/expected-tables.ts';
import { isPending } from '../../derive/kernel/pending-entries.ts';
import type { Observation } from '../../model/observation.ts';
import { type FullTable, findFullTables } from '../../derive/kernel/neighbor-overflow.ts';
import { entriesOutcome } from './kernel-outcome.ts';

/**
 * Every host's kernel answers its containers with the right MAC address when they ask for one of another host, and has
 * room for them to note it.
 */
export const kernelNeighbors: Comparison = {
  name: 'kernel-neighbours',
  title: 'every kernel knows the MAC addresses of the containers on other hosts',
  layer: 'kernel',
  needs: 'privileged-probe',
  compare: (observation) =>
    entriesOutcome(
      observation,
      findMismatch,
      ({ host, endpoint: { network, container, address, mac } }) =>
        `${host}, ${network}: ${address} (${container}) is ${mac}`,
      findFullTables(observation).map(describeFull),
    ),
};

function findMismatch(entry: ExpectedEntry, observation: Observation): Difference | undefined {
  const { host, endpoint, tables } = entry;
  const { network, container, address, mac } = endpoint;
  const { neighbor } = heldEntry(tables, endpoint);
  if (neighbor === mac || isPending(entry, 'neighbor', observation)) return undefined;
  const where = { host, peer: endpoint.host, network, container };
  const expected = { address, mac };
  if (neighbor !== undefined) {
    return {
      kind: 'neighbour-mismatch',
      where,
      expected,
      observed: { address, mac: neighbor },
      text: `${host} resolves ${address} (${container} on ${endpoint.host}) in ${network} to ${neighbor} instead of ${mac}`,
    };
  }
  return {
    kind: 'neighbour-missing',
    where,
    expected,
    observed: null,
    text: `${host} has no neighbor entry for ${address} (${container} on ${endpoint.host}, ${mac}) in ${network}`,
  };
}

function describeFull({ host, table, refused }: FullTable): Difference {
  const { capacity: room } = table;
  return {
    kind: 'neighbours-refused',
    where: { host },
    expected: { refused: 0 },
    observed: { refused, room },
    text: `the neighbor table of ${host} was full ${refused} times during the probes, and packets were dropped: its capacity is ${room} entries (gc_thresh3) for all network namespaces together`,
  };
}
