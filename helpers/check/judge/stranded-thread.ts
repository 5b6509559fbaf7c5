import { isAt } from './consequences.ts';
import type { Rule } from './rule.ts';

/**
 * A thread of an engine 20.10 that stayed in the network namespace of an overlay which is gone, as happens when the last
 * container of a host leaves one. What that thread is given to do fails, by chance, with «network is unreachable», until
 * the engine is restarted. None of the codes means it.
 */
export const strandedThread: Rule = {
  name: 'stranded-thread',
  explain: (open) =>
    open
      .filter(({ kind }) => kind === 'thread-stranded')
      .map((stranded) => ({
        code: 'unexplained',
        where: stranded.where,
        summary: `${stranded.text}: calls to it fail now and then with «network is unreachable», and containers may start without a network`,
        evidence: [stranded],
        consequences: open.filter(
          (one) => one.kind === 'engine-silent' && isAt(one, stranded.where.host),
        ),
        remedy: {
          host: stranded.where.host,
          command: 'systemctl restart docker',
          effect:
            'ends all threads of its engine; containers that are to live through that need live-restore',
        },
      })),
};
