import type { DiagnosisCode } from '../../model/codes.ts';
import type { Action } from '../../model/diagnosis.ts';
import type { Difference } from '../../model/difference.ts';
import {
  type ExpectedEntry,
  expectedEntries,
  heldEntry,
  hostWithDestination,
} from '../../derive/kernel/expected-tables.ts';
import { hostNamed } from '../../derive/find-host.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import { symptomsOfEntry } from './entry-symptoms.ts';
import { deviceFor, entryAction } from './entry-fix.ts';
import { hairpinSymptoms } from './hairpin.ts';
import { type Rule, ruleFor } from '../rule.ts';

/**
 * A kernel lacks the forwarding entry for a container, although its engine knows the host: names and all data of the
 * engines are right. Often the bridge half of the entry remains (https://github.com/moby/moby/issues/52661).
 */
export const forwardingMissing = entryRule({
  kind: 'forwarding-missing',
  code: 'forwarding-entry-missing',
  action: restoreForwarding,
});

/**
 * A wrong forwarding entry that is stale: a stopped container of the same name on that other host shows that the container
 * has moved.
 */
export const forwardingMoved = entryRule({
  kind: 'forwarding-mismatch',
  code: 'forwarding-entry-stale',
  applies: wasThere,
  action: restoreForwarding,
});

/**
 * A kernel forwards traffic for a container to the wrong host. It also drops packets from the right one, because a VXLAN
 * device only accepts the source of a permanent entry.
 */
export const forwardingWrong = entryRule({
  kind: 'forwarding-mismatch',
  code: 'forwarding-entry-wrong',
  action: restoreForwarding,
});

/**
 * A kernel lacks the neighbor entry for a container on another host. In swarm mode no engine writes it again; in a
 * key-value cluster an engine 20.10 may when a container asks.
 */
export const neighborMissing = entryRule({
  kind: 'neighbour-missing',
  code: 'neighbour-missing',
  action: restoreNeighbor,
});

/** A kernel has a wrong MAC address for a container, which no container has. */
export const neighborWrong = entryRule({
  kind: 'neighbour-mismatch',
  code: 'neighbour-wrong',
  action: restoreNeighbor,
});

type EntryKind =
  | 'forwarding-missing'
  | 'forwarding-mismatch'
  | 'neighbour-missing'
  | 'neighbour-mismatch';

interface EntryRule {
  readonly kind: EntryKind;
  readonly code: DiagnosisCode;
  readonly applies?: (entry: ExpectedEntry, observation: Observation) => boolean;
  readonly action: (entry: ExpectedEntry) => Action;
}

function entryRule({ kind, code, applies = () => true, action }: EntryRule): Rule {
  return ruleFor(kind, code, {
    applies: (one, observation) => {
      const entry = entryOf(one, observation);
      return entry !== undefined && applies(entry, observation);
    },
    consequences: (one, open, observation) => {
      const entry = entryOf(one, observation);
      return entry === undefined ? [] : symptomsOf(entry, open, observation);
    },
    action: (one, observation) => {
      const entry = entryOf(one, observation);
      return entry && action(entry);
    },
  });
}

/** Returns the entry that a difference of a kernel's tables is about. */
export function entryOf(
  { where }: Difference,
  observation: Observation,
): ExpectedEntry | undefined {
  return expectedEntries(observation).find(
    ({ host, endpoint }) =>
      where.host === host &&
      where.peer === endpoint.host &&
      where.network === endpoint.network &&
      where.container === endpoint.container,
  );
}

/** Returns true if the destination host has a stopped container of that name. */
function wasThere({ endpoint, tables }: ExpectedEntry, observation: Observation): boolean {
  const { written = '' } = heldEntry(tables, endpoint);
  const there = hostWithDestination(observation, written);
  if (there === endpoint.host) return false;
  const containers = valueOf(hostNamed(observation, there)?.engine)?.containers ?? [];
  return containers.some(({ name, running }) => name === endpoint.container && !running);
}

/** Returns the differences that exist only because an entry is missing or wrong. */
export function symptomsOf(
  entry: ExpectedEntry,
  open: readonly Difference[],
  observation: Observation,
): Difference[] {
  return [
    ...new Set([
      ...symptomsOfEntry({ ...entry, isMistaken: isMistaken(entry) }, open, observation),
      ...hairpinSymptoms(entry, open, observation),
    ]),
  ];
}

function isMistaken({ endpoint, destination, tables }: ExpectedEntry): boolean {
  const { written } = heldEntry(tables, endpoint);
  return written !== undefined && written !== destination;
}

function restoreForwarding({ host, endpoint, destination, tables }: ExpectedEntry): Action {
  const { mac, address, container, networkId } = endpoint;
  const device = deviceFor(tables, address);
  return entryAction(
    host,
    networkId,
    tables,
    [['bridge', 'fdb', 'replace', mac, 'dev', device, 'dst', destination, 'self', 'permanent']],
    `Makes ${host} forward traffic for ${container} to ${endpoint.host}, as its engine should have done.`,
  );
}

function restoreNeighbor({ host, endpoint, tables }: ExpectedEntry): Action {
  const { mac, address, container, networkId } = endpoint;
  const device = deviceFor(tables, address);
  return entryAction(
    host,
    networkId,
    tables,
    [['ip', 'neigh', 'replace', address, 'lladdr', mac, 'dev', device, 'nud', 'permanent']],
    `Makes ${host} resolve the MAC address of ${container}, as its engine should have done. Containers that asked before may use the old answer for up to a minute.`,
  );
}
