import { quoteForShell } from '../../process/run-command.ts';
import type { Difference, DifferenceKind } from '../difference.ts';
import { feltKinds, isAt, isBetween } from './consequences.ts';
import type { Rule } from './rule.ts';

/** Two hosts of one name: when their engines meet, the gossip of both may end, and neither says so. */
export const duplicateHostname: Rule = {
  name: 'duplicate-hostname',
  explain: (open) =>
    open
      .filter(({ kind }) => kind === 'hostname-shared')
      .map((shared) => {
        const { host = '', peer = '' } = shared.where;
        return {
          code: 'duplicate-hostname',
          where: shared.where,
          summary: `${shared.text}: the members of a key-value cluster are told apart by it`,
          evidence: [shared],
          consequences: open.filter((one) => isCut(one, host, peer)),
          remedy: {
            host,
            command: `hostnamectl set-hostname ${quoteForShell(host)} && systemctl restart docker`,
            effect: `gives it a name of its own, and makes its engine meet the others by it; restart the engine of ${peer} too`,
          },
        };
      }),
};

const gossipKinds: ReadonlySet<DifferenceKind> = new Set<DifferenceKind>([
  'gossip-unaware',
  'gossip-path-dead',
  'store-lacks-member',
]);

/** Both lose their gossip, with everybody; what they do not hear of each other is missing in their kernels. */
function isCut(one: Difference, host: string, peer: string): boolean {
  if (gossipKinds.has(one.kind)) {
    return isAt(one, host) || isAt(one, peer);
  }
  return feltKinds.has(one.kind) && isBetween(one, host, peer);
}

/** Engines of one id, as those of cloned machines: a manager of classic Swarm takes only one of them. */
export const duplicateEngineId: Rule = {
  name: 'duplicate-engine-id',
  explain: (open) =>
    open
      .filter(({ kind }) => kind === 'engine-id-shared')
      .map((shared) => ({
        code: 'duplicate-engine-id',
        where: shared.where,
        summary: shared.text,
        evidence: [shared],
        consequences: [],
        remedy: {
          host: shared.where.host,
          command:
            'rm -f /etc/docker/key.json /var/lib/docker/engine-id && systemctl restart docker',
          effect: 'has its engine make an id of its own as it starts; containers and images stay',
        },
      })),
};
