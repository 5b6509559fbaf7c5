import type { DifferenceKind } from '../../model/difference.ts';
import { symptomKinds, isAt, isBetween, lacksGossip } from '../consequences.ts';
import type { Rule } from '../rule.ts';

/** Two hosts of one name: when their engines meet, the gossip of both may end, and neither says so. */
export const duplicateHostname: Rule = {
  name: 'duplicate-hostname',
  explain: (open) =>
    open
      .filter(({ kind }) => kind === 'hostname-shared')
      .map((shared) => {
        const { host = '', peer = '' } = shared.where;
        const unaware = open.filter(
          (one) => one.kind === 'gossip-unaware' && (isAt(one, host) || isAt(one, peer)),
        );
        return {
          code: 'duplicate-hostname',
          where: shared.where,
          summary: `${shared.text}; members of a key-value cluster need unique hostnames`,
          evidence: [shared],
          consequences: open.filter(
            (one) =>
              unaware.includes(one) ||
              (gossipKinds.has(one.kind) && (isAt(one, host) || isAt(one, peer))) ||
              (symptomKinds.has(one.kind) &&
                !ofWays.has(one.kind) &&
                (isBetween(one, host, peer) || lacksGossip(one, unaware))),
          ),
          remedy: {
            kind: 'fix',
            host,
            commands: [
              ['hostnamectl', 'set-hostname', host],
              ['systemctl', 'restart', 'docker'],
            ],
            effect: `Gives the host a unique name and restarts its engine, which joins the others under that name. Restart the engine of ${peer} too.`,
          },
        };
      }),
};

/** Symptoms of lost gossip: both hosts may lose all of it, and then kernels lack entries. */
const gossipKinds: ReadonlySet<DifferenceKind> = new Set<DifferenceKind>([
  'gossip-path-dead',
  'store-lacks-member',
]);

/** Symptoms that equal hostnames do not cause: packets pass between the hosts. */
const ofWays: ReadonlySet<DifferenceKind> = new Set<DifferenceKind>([
  'host-path-dead',
  'tunnel-dead',
]);

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
          kind: 'fix',
          host: shared.where.host,
          commands: [
            ['rm', '-f', '/etc/docker/key.json', '/var/lib/docker/engine-id'],
            ['systemctl', 'restart', 'docker'],
          ],
          effect:
            'Makes the engine generate a new ID when it starts. Containers and images are kept.',
        },
      })),
};
