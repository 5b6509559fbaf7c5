import type { Check } from '../check.ts';
import type { Difference } from '../difference.ts';
import { type ExpectedEntry, heldEntry, hostWithDestination } from '../expected-tables.ts';
import { isOnlyLate } from '../late-entries.ts';
import type { Observation } from '../observation.ts';
import { entriesOutcome } from './kernel-outcome.ts';

/** Every host's kernel knows on which host each container of the others is: the forwarding table of the VXLAN device. */
export const kernelForwarding: Check = {
  name: 'kernel-forwarding',
  title: 'every kernel sends what is for a container to the host that it is on',
  layer: 'kernel',
  needs: 'privileged-probe',
  compare: (observation) =>
    entriesOutcome(
      observation,
      findUnlike,
      ({ host, end: { network, container, mac }, destination }) =>
        `${host}, ${network}: ${mac} (${container}) to ${destination}`,
    ),
};

function findUnlike(entry: ExpectedEntry, observation: Observation): Difference | undefined {
  const { host, end, destination, tables } = entry;
  const { network, container, mac } = end;
  const { written, astray, learnt, isHalf } = heldEntry(tables, end);
  if (written === destination && astray === undefined) return undefined;
  if (isOnlyLate(entry, 'written', observation)) return undefined;
  const where = { host, peer: end.host, network, container };
  const expected = { mac, dst: destination, state: 'permanent' };
  if (written !== undefined) {
    const other = hostWithDestination(observation, written) ?? 'no host of this cluster';
    const wrong =
      written === destination
        ? `${astray ?? ''} of ${destination} (${end.host})`
        : `${written} (${other}) instead of ${destination} (${end.host})`;
    return {
      kind: 'forwarding-other',
      where,
      expected,
      observed: { mac, dst: written, state: 'permanent', astray },
      text: `${host} sends what is for ${container} (${mac}) in ${network} to ${wrong}`,
    };
  }
  return {
    kind: 'forwarding-absent',
    where,
    expected,
    observed: describeRest(mac, learnt, isHalf),
    text: `${host} has no forwarding entry for ${container} (${mac}) in ${network}, which is on ${end.host} (${destination})${tellRest(mac, learnt, isHalf)}`,
  };
}

function describeRest(mac: string, learnt: string | undefined, isHalf: boolean) {
  if (learnt !== undefined) return { mac, dst: learnt, state: 'learnt' };
  return isHalf ? { mac, master: 'br0' } : null;
}

function tellRest(mac: string, learnt: string | undefined, isHalf: boolean): string {
  if (learnt !== undefined) {
    return `; only a packet from ${learnt} has taught it to the kernel, for as long as packets come`;
  }
  return isHalf ? `; only the bridge's half of it is there: ${mac} master br0` : '';
}
