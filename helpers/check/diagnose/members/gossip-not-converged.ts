import type { Diagnosis } from '../../model/diagnosis.ts';
import type { Difference } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import type { GossipTrial } from '../../model/views/paths-view.ts';
import { symptomKinds, isAt, isBetween } from '../consequences.ts';
import type { Rule } from '../rule.ts';

/**
 * Engines of one cluster whose gossip does not know each other, although the network between them is open. An engine of a
 * key-value cluster joins the gossip once, through a random member, when it starts. Engines that start at the same time may
 * form separate groups, which never join (libnetwork's overlay driver, `joinOnce`). An engine that starts before its store
 * answers has no gossip for a while, or joins too late to announce its endpoints.
 */
export const gossipNotConverged: Rule = {
  name: 'gossip-not-converged',
  explain: (open, observation) => {
    const unaware = open.filter((one) => one.kind === 'gossip-unaware' && isOpen(one, observation));
    if (unaware.length === 0) return [];
    const [mainland = [], ...islands] = findIslands(unaware, observation);
    const claimed = new Set<Difference>();
    return islands.flat().flatMap((host): Diagnosis[] => {
      const evidence = unaware.filter((one) => isAt(one, host) && !claimed.has(one));
      if (evidence.length === 0) return [];
      for (const one of evidence) claimed.add(one);
      const others = new Set(
        evidence
          .flatMap(({ where }) => [where.host, where.peer])
          .filter((name) => name !== undefined && name !== host),
      );
      return [
        {
          code: 'engine-not-clustered',
          where: { host },
          summary: describe(host, evidence, [...others].join(', ') || mainland.join(', ')),
          evidence,
          consequences: open.filter(
            (one) =>
              !evidence.includes(one) &&
              symptomKinds.has(one.kind) &&
              [...others].some((other) => other !== undefined && isBetween(one, host, other)),
          ),
          action: {
            kind: 'fix',
            host,
            commands: [['systemctl', 'restart', 'docker']],
            effect:
              'Restarts the engine, which then joins the gossip of the others. Endpoints created before that are not announced. Containers stop unless they have a restart policy or the engine uses live-restore.',
          },
        },
      ];
    });
  },
};

function describe(host: string, evidence: readonly Difference[], others: string): string {
  const silent = evidence.find(({ where }) => where.host === host && where.peer === undefined);
  return silent === undefined
    ? `the engine of ${host} has never joined the gossip of ${others}: all are in the cluster, and the network between them is open`
    : `${silent.text}, as when an engine starts before its store answers; ${others} cannot announce endpoints to it`;
}

/**
 * Returns true if live probes have shown that gossip passes there. Without gossip, the port is closed. Between hosts of a
 * large cluster that did not send packets to each other, it is enough that it passes on all other paths of both.
 */
function isOpen({ where: { host, peer } }: Difference, { paths }: Observation): boolean {
  if (peer === undefined) return true;
  const { gossip = [] } = valueOf(paths) ?? {};
  const between = gossip.filter(
    ({ from, to }) => (from === host && to === peer) || (from === peer && to === host),
  );
  if (between.length > 0) return between.every(passes);
  return [host, peer].every((name) => {
    const own = gossip.filter(({ from, to }) => from === name || to === name);
    return own.length > 0 && own.every(passes);
  });
}

function passes({ answered, letIn }: Pick<GossipTrial, 'answered' | 'letIn'>): boolean {
  return answered || letIn;
}

/** Returns groups of hosts that know each other, the largest first; of equal groups, the group of the first host. */
function findIslands(
  unaware: readonly Difference[],
  { hosts }: Pick<Observation, 'hosts'>,
): string[][] {
  const knowsNot = (one: string, other: string) =>
    unaware.some((difference) =>
      difference.where.peer === undefined
        ? isAt(difference, one) || isAt(difference, other)
        : isBetween(difference, one, other),
    );
  const left = new Set(hosts.map(({ name }) => name));
  const islands: string[][] = [];
  for (const first of left) {
    const island = [first];
    left.delete(first);
    for (const member of island) {
      for (const other of left) {
        if (knowsNot(member, other)) continue;
        island.push(other);
        left.delete(other);
      }
    }
    islands.push(island);
  }
  return islands.toSorted((some, others) => others.length - some.length);
}
