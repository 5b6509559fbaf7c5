import { isIPv4 } from 'node:net';
import type { Diagnosis } from '../../model/diagnosis.ts';
import type { Difference } from '../../model/difference.ts';
import { wordOf } from './paths-between.ts';
import type { Rule } from '../rule.ts';

/** Packets that get from one overlay network to another: one diagnosis for each ordered pair of networks. */
export const isolationBroken: Rule = {
  name: 'isolation-broken',
  explain: (open) => {
    const joined = open.filter(({ kind }) => kind === 'networks-joined');
    const byNetworks = Map.groupBy(joined, (one) => JSON.stringify(networksOf(one)));
    return [...byNetworks.values()].flatMap((evidence): Diagnosis[] => {
      const [first] = evidence;
      if (first === undefined) return [];
      const networks = networksOf(first);
      return [
        {
          code: 'isolation-broken',
          where: first.where,
          summary: `packets pass between the unrelated networks ${networks.join(' and ')}`,
          evidence,
          consequences: open.filter((one) => leadsInto(one, first, networks)),
          remedy: {
            kind: 'next-step',
            host: first.where.host,
            commands: [['docker', 'network', 'inspect', ...networks]],
            effect: 'Shows what the two networks have in common. Remove the connection.',
          },
        },
      ];
    });
  },
};

/** Tells if a difference is a host route to one endpoint: with such routes, a host connects two overlays. */
function leadsInto(one: Difference, joined: Difference, networks: readonly string[]): boolean {
  return (
    one.kind === 'subnets-overlap' &&
    one.where.host === joined.where.host &&
    networks.includes(one.where.network ?? '') &&
    isIPv4(wordOf(one.observed, 'range').replace(/\/32$/, ''))
  );
}

function networksOf({ where, observed }: Difference): string[] {
  return [where.network ?? '', wordOf(observed, 'network')].toSorted((one, other) =>
    one.localeCompare(other),
  );
}
