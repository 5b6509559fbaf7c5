import { z } from 'zod';
import type { Remedy } from '../../model/diagnosis.ts';
import type { Difference } from '../../model/difference.ts';
import { symptomKinds, isAt } from '../consequences.ts';
import type { Rule } from '../rule.ts';

/** A name that means different networks on different hosts, or a network with unexpected properties. */
export const networkDiffers: Rule = {
  name: 'network-differs',
  explain: (open) =>
    open
      .filter(({ kind }) => kind === 'network-unlike')
      .map((unlike) => {
        const { host, network } = unlike.where;
        return {
          code: 'network-differs',
          where: unlike.where,
          summary: unlike.text,
          evidence: [unlike],
          consequences: open.filter(
            (one) =>
              (symptomKinds.has(one.kind) || one.kind === 'container-elsewhere') &&
              one.where.network === network &&
              (host === undefined || isAt(one, host)),
          ),
          remedy: findRemedy(unlike),
        };
      }),
};

const local = z.looseObject({ id: z.string(), scope: z.literal('local') });

function findRemedy({ where: { host, network = '' }, observed }: Difference): Remedy | undefined {
  const namesake = local.safeParse(observed).data;
  if (namesake !== undefined) {
    return {
      kind: 'fix',
      host,
      commands: [['docker', 'network', 'rm', namesake.id.slice(0, 12)]],
      effect: `Deletes the local network on this host that is also named ${network}. Disconnect its containers first.`,
    };
  }
  return {
    kind: 'next-step',
    host,
    commands: [['docker', 'network', 'inspect', network]],
    effect:
      'Shows which containers use the network. If none does, create it again with docker network rm and docker network create.',
  };
}
