import { z } from 'zod';
import type { Command } from '../../model/command.ts';
import type { Diagnosis, Remedy } from '../../model/diagnosis.ts';
import type { Difference } from '../../model/difference.ts';
import { overlayOn } from '../../derive/expected-tables.ts';
import { hostNamed } from '../../derive/find-host.ts';
import type { Observation } from '../../model/observation.ts';
import type { OverlayTables } from '../../model/kernel-view.ts';
import { deviceFor, entryRemedy } from './entry-fix.ts';
import { macOf } from './stale-entries.ts';
import type { Rule } from '../rule.ts';

const forwardingSchema = z.looseObject({
  mac: z.string(),
  dst: z.string(),
  address: z.string().optional(),
});
const neighbourSchema = z.looseObject({ address: z.string(), mac: z.string() });

/**
 * A kernel still has entries of an engine for a container that is gone or has moved. As soon as another container gets the
 * same address, its packets go to the old host. Both entries for a container are one finding.
 */
export const forwardingStale: Rule = {
  name: 'forwarding-entry-stale',
  explain: (open, observation) => {
    const forwarding = open.filter(({ kind }) => kind === 'forwarding-leftover');
    const neighbours = open.filter(({ kind }) => kind === 'neighbour-leftover');
    const belonging = (entry: Difference) =>
      neighbours.filter((one) => isSamePlace(one, entry) && macOf(one) === macOf(entry));
    const alone = neighbours.filter(
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

function describe(evidence: readonly Difference[], observation: Observation): Diagnosis {
  const [first] = evidence;
  return {
    code: 'forwarding-entry-stale',
    where: first?.where ?? {},
    summary: evidence.map(({ text }) => text).join('; '),
    evidence,
    consequences: [],
    remedy: findRemedy(evidence, observation),
  };
}

function findRemedy(evidence: readonly Difference[], observation: Observation): Remedy | undefined {
  const { host = '', network = '' } = evidence[0]?.where ?? {};
  const { networkId, tables } = overlayOn(hostNamed(observation, host), network);
  if (tables === undefined) return undefined;
  const commands = evidence.flatMap((one) => removal(one, tables));
  if (commands.length === 0) return undefined;
  const effect = `Deletes the entries that ${host} still has for a container that is gone.`;
  return entryRemedy(host, networkId, tables, commands, effect);
}

function removal({ kind, observed }: Difference, tables: OverlayTables): Command[] {
  if (kind === 'forwarding-leftover') {
    const entry = forwardingSchema.safeParse(observed).data;
    if (entry === undefined) return [];
    const holder = tables.vxlans.find(({ forwarding }) =>
      forwarding.some(({ mac, destination }) => mac === entry.mac && destination === entry.dst),
    );
    const device = holder?.name ?? 'vxlan0';
    return [['bridge', 'fdb', 'del', entry.mac, 'dev', device, 'dst', entry.dst, 'self']];
  }
  const entry = neighbourSchema.safeParse(observed).data;
  if (entry === undefined) return [];
  return [['ip', 'neigh', 'del', entry.address, 'dev', deviceFor(tables, entry.address)]];
}
