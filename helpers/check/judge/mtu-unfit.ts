import type { Difference } from '../difference.ts';
import type { Diagnosis, Remedy } from '../diagnosis.ts';
import { commandLine } from '../../process/run-command.ts';
import { z } from 'zod';
import type { Rule } from './rule.ts';

/**
 * A link that lets less through than containers send, where no live probe has told of it already. What is too large is
 * lost without a word.
 */
export const mtuUnfit: Rule = {
  name: 'mtu-unfit',
  explain: (open) =>
    open
      .filter(({ kind }) => kind === 'mtu-unfit')
      .map(
        (difference): Diagnosis => ({
          code: 'mtu-black-hole',
          where: difference.where,
          summary: difference.text,
          evidence: [difference],
          consequences: [],
          remedy: findRemedy(difference),
        }),
      ),
};

const linkSchema = z.looseObject({ device: z.string(), mtu: z.number() });

/** Sets the link's MTU to what is needed, or tells how the network is made with less. */
function findRemedy({ where, expected }: Difference): Remedy | undefined {
  const link = linkSchema.safeParse(expected).data;
  if (link === undefined) return undefined;
  return {
    host: where.host,
    command: commandLine('ip', ['link', 'set', link.device, 'mtu', `${link.mtu}`]),
    effect: `lets ${link.mtu} bytes through, if what is behind it does; else make the network anew with --opt com.docker.network.driver.mtu and 50 less than the way lets through`,
  };
}
