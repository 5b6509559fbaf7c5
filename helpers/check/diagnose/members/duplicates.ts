import { type Difference, type DifferenceKind, ofKind } from '../../model/difference.ts';
import { symptomKinds, isAt, isBetween, lacksGossip } from '../consequences.ts';
import { ruleFor } from '../rule.ts';

/** Two hosts of one name: when their engines meet, the gossip of both may end, and neither says so. */
export const duplicateHostname = ruleFor('hostname-shared', 'duplicate-hostname', {
  summary: ({ text }) => `${text}; members of a key-value cluster need unique hostnames`,
  consequences: ({ where: { host = '', peer = '' } }, open) => {
    const isAtEither = (one: Difference) => isAt(one, host) || isAt(one, peer);
    const unaware = ofKind(open, 'gossip-unaware').filter(isAtEither);
    return open.filter(
      (one) =>
        (gossipKinds.has(one.kind) && isAtEither(one)) ||
        (symptomKinds.has(one.kind) &&
          !pathKinds.has(one.kind) &&
          (isBetween(one, host, peer) || lacksGossip(one, unaware))),
    );
  },
  action: ({ where: { host = '', peer = '' } }) => ({
    kind: 'fix',
    host,
    commands: [
      ['hostnamectl', 'set-hostname', host],
      ['systemctl', 'restart', 'docker'],
    ],
    effect: `Gives the host a unique name and restarts its engine, which joins the others under that name. Restart the engine of ${peer} too.`,
  }),
});

/** Symptoms of lost gossip: both hosts may lose all of it, and then kernels lack entries. */
const gossipKinds: ReadonlySet<DifferenceKind> = new Set<DifferenceKind>([
  'gossip-unaware',
  'gossip-path-dead',
  'keystore-member-missing',
]);

/** Symptoms that equal hostnames do not cause: packets pass between the hosts. */
const pathKinds: ReadonlySet<DifferenceKind> = new Set<DifferenceKind>([
  'host-path-dead',
  'tunnel-dead',
]);

/** Engines of one id, as those of cloned machines: a manager of classic Swarm takes only one of them. */
export const duplicateEngineId = ruleFor('engine-id-shared', 'duplicate-engine-id', {
  action: ({ where }) => ({
    kind: 'fix',
    host: where.host,
    commands: [
      ['rm', '-f', '/etc/docker/key.json', '/var/lib/docker/engine-id'],
      ['systemctl', 'restart', 'docker'],
    ],
    effect: 'Makes the engine generate a new ID when it starts. Containers and images are kept.',
  }),
});
