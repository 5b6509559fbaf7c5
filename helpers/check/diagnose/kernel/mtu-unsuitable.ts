import { remedyOf } from '../paths/mtu-black-hole.ts';
import type { Rule } from '../rule.ts';

/** A link that lets less through than what is sent on it, where no live probe has told of it. */
export const mtuUnfit: Rule = {
  name: 'mtu-unfit',
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
