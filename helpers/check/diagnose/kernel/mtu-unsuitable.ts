import { remedyOf } from '../paths/mtu-black-hole.ts';
import type { Rule } from '../rule.ts';

/** A link with a smaller MTU than its packets, found without a live probe that lost any. */
export const mtuUnsuitable: Rule = {
  name: 'mtu-unsuitable',
  explain: (open) =>
    open
      .filter(({ kind }) => kind === 'mtu-unfit')
      .map((unfit) => ({
        code: 'mtu-black-hole',
        where: unfit.where,
        summary: unfit.text,
        evidence: [unfit],
        consequences: [],
        remedy: remedyOf(unfit),
      })),
};
