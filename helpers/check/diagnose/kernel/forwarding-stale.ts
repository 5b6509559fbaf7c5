import type { Command } from '../../model/command.ts';
import type { Diagnosis, Action } from '../../model/diagnosis.ts';
import { type Difference, ofKind } from '../../model/difference.ts';
import { overlayOn } from '../../derive/kernel/expected-tables.ts';
import { hostNamed } from '../../derive/find-host.ts';
import type { Observation } from '../../model/observation.ts';
import type { OverlayTables } from '../../model/views/kernel-view.ts';
import { deviceFor, entryAction } from './entry-fix.ts';
import type { Rule } from '../rule.ts';

type StaleEntry = Difference<'forwarding-stale' | 'neighbour-stale'>;

/**
 * A kernel still has entries of an engine for a container that is gone or has moved. As soon as another container gets the
 * same address, its packets go to the old host. Both entries for a container are one finding.
 */
export const forwardingStale: Rule = {
  name: 'forwarding-entry-stale',
  explain: (open, observation) => {
    const forwarding = ofKind(open, 'forwarding-stale');
    const neighbors = ofKind(open, 'neighbour-stale');
    const belonging = (entry: Difference<'forwarding-stale'>) =>
      neighbors.filter((one) => isSamePlace(one, entry) && one.observed.mac === entry.observed.mac);
    const alone = neighbors.filter(
      (one) => !forwarding.some((entry) => belonging(entry).includes(one)),
    );
    return [
      ...forwarding.map((entry) => describe([entry, ...belonging(entry)], observation)),
      ...alone.map((entry) => describe([entry], observation)),
    ];
  },
};

function isSamePlace({ where: one }: Difference, { where: other }: Difference): boolean {
  return one.host === other.host && one.network === other.network;
}

function describe(evidence: readonly StaleEntry[], observation: Observation): Diagnosis {
  const [first] = evidence;
  return {
    code: 'forwarding-entry-stale',
    where: first?.where ?? {},
    summary: evidence.map(({ text }) => text).join('; '),
    evidence,
    consequences: [],
    action: findAction(evidence, observation),
  };
}

function findAction(evidence: readonly StaleEntry[], observation: Observation): Action | undefined {
  const { host = '', network = '' } = evidence[0]?.where ?? {};
  const { networkId, tables } = overlayOn(hostNamed(observation, host), network);
  if (tables === undefined) return undefined;
  const commands = evidence.map((one) => removal(one, tables));
  const effect = `Deletes the entries that ${host} still has for a container that is gone.`;
  return entryAction(host, networkId, tables, commands, effect);
}

function removal(one: StaleEntry, tables: OverlayTables): Command {
  if (one.kind === 'neighbour-stale') {
    const { address } = one.observed;
    return ['ip', 'neigh', 'del', address, 'dev', deviceFor(tables, address)];
  }
  const { mac, dst } = one.observed;
  const holder = tables.vxlans.find(({ forwarding }) =>
    forwarding.some((entry) => entry.mac === mac && entry.destination === dst),
  );
  return ['bridge', 'fdb', 'del', mac, 'dev', holder?.name ?? 'vxlan0', 'dst', dst, 'self'];
}
