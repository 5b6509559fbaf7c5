import type { Comparison } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import {
  type ExpectedEntry,
  heldEntry,
  hostWithDestination,
} from '../../derive/kernel/expected-tables.ts';
import { isPending } from '../../derive/kernel/pending-entries.ts';
import type { Observation } from '../../model/observation.ts';
import { entriesOutcome } from './kernel-outcome.ts';

/** Every host's kernel knows on which host each container of the others is: the forwarding table of the VXLAN device. */
export const kernelForwarding: Comparison = {
  name: 'kernel-forwarding',
  title: 'every kernel forwards traffic for a container to the host it runs on',
  layer: 'kernel',
  needs: 'privileged-probe',
  compare: (observation) =>
    entriesOutcome(
      observation,
      findMismatch,
      ({ host, endpoint: { network, container, mac }, destination }) =>
        `${host}, ${network}: ${mac} (${container}) to ${destination}`,
    ),
};

function findMismatch(entry: ExpectedEntry, observation: Observation): Difference | undefined {
  const { host, endpoint, destination, tables } = entry;
  const { network, container, mac } = endpoint;
  const { written, astray, learnt, isHalf } = heldEntry(tables, endpoint);
  if (written === destination && astray === undefined) return undefined;
  if (isPending(entry, 'written', observation)) return undefined;
  const where = { host, peer: endpoint.host, network, container };
  const expected = { mac, dst: destination, state: 'permanent' } as const;
  if (written !== undefined) {
    const other = hostWithDestination(observation, written) ?? 'not a host of this cluster';
    const wrong =
      written === destination
        ? `${astray ?? ''} of ${destination} (${endpoint.host})`
        : `${written} (${other}) instead of ${destination} (${endpoint.host})`;
    return {
      kind: 'forwarding-mismatch',
      where,
      expected,
      observed: { mac, dst: written, state: 'permanent', astray },
      text: `${host} forwards traffic for ${container} (${mac}) in ${network} to ${wrong}`,
    };
  }
  return {
    kind: 'forwarding-missing',
    where,
    expected,
    observed: describeRest(mac, learnt, isHalf),
    text: `${host} has no forwarding entry for ${container} (${mac}) in ${network}, which runs on ${endpoint.host} (${destination})${describeRemains(mac, learnt, isHalf)}`,
  };
}

function describeRest(
  mac: string,
  learnt: string | undefined,
  isHalf: boolean,
): Difference<'forwarding-missing'>['observed'] {
  if (learnt !== undefined) return { mac, dst: learnt, state: 'learnt' };
  return isHalf ? { mac, master: 'br0' } : null;
}

function describeRemains(mac: string, learnt: string | undefined, isHalf: boolean): string {
  if (learnt !== undefined) {
    return `; the kernel has only learned it from a packet from ${learnt}, and forgets it when packets stop`;
  }
  return isHalf ? `; only the bridge half of the entry exists: ${mac} master br0` : '';
}
