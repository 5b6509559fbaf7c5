import { z } from 'zod';
import { programs } from '../../model/command.ts';
import type { Diagnosis } from '../../model/diagnosis.ts';
import type { Difference } from '../../model/difference.ts';
import type { Rule } from '../rule.ts';
import { showRules } from './paths-between.ts';

const ruleSchema = z.looseObject({
  concerns: z.array(z.enum(['vxlan', 'gossip', 'management'])),
  verdict: z.enum(['drop', 'reject', 'rewrite-source', 'rewrite-destination']),
  undo: z.tuple([z.enum(programs)], z.string()).optional(),
});

/** A rule in the way, where nothing that came before has taken it as its evidence. */
export const firewallDrops: Rule = {
  name: 'firewall-drops',
  explain: (open) => open.filter(({ kind }) => kind === 'firewall-drops').flatMap(describe),
};

function describe(difference: Difference): Diagnosis[] {
  const rule = ruleSchema.safeParse(difference.observed).data;
  if (rule === undefined) return [];
  const { concerns, verdict, undo } = rule;
  return [
    {
      code:
        verdict === 'rewrite-source'
          ? 'vxlan-source-address'
          : concerns.includes('vxlan')
            ? 'vxlan-blocked'
            : 'gossip-blocked',
      where: difference.where,
      summary: difference.text,
      evidence: [difference],
      consequences: [],
      remedy:
        undo === undefined
          ? showRules(difference.where.host)
          : {
              kind: 'fix',
              host: difference.where.host,
              commands: [undo],
              effect: 'Deletes the rule.',
            },
    },
  ];
}
