import type { Diagnosis } from '../diagnosis.ts';
import { wordOf } from './paths-between.ts';
import type { Rule } from './rule.ts';

/** Packets that get from one overlay network to another: one diagnosis for each ordered pair of networks. */
export const isolationBroken: Rule = {
  name: 'isolation-broken',
  explain: (open) => {
    const joined = open.filter(({ kind }) => kind === 'networks-joined');
    const byNetworks = Map.groupBy(joined, ({ where, observed }) =>
      [where.network ?? '', wordOf(observed, 'network')]
        .toSorted((one, other) => one.localeCompare(other))
        .join(' and '),
    );
    return [...byNetworks].flatMap(([networks, evidence]): Diagnosis[] => {
      const [first] = evidence;
      if (first === undefined) return [];
      return [
        {
          code: 'isolation-broken',
          where: first.where,
          summary: `packets get from one of the networks ${networks} to the other, which have nothing in common`,
          evidence,
          consequences: [],
        },
      ];
    });
  },
};
