import { takenRanges } from '../../compare/engines/subnets.ts';
import type { Diagnosis } from '../../model/diagnosis.ts';
import type { Difference } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import { findFreeRange } from '../../derive/ranges.ts';
import type { Rule } from '../rule.ts';

/**
 * An overlay with addresses that have another meaning on a host. Its containers cannot reach those addresses, and packets
 * from there do not return.
 */
export const subnetOverlap: Rule = {
  name: 'subnet-overlap',
  explain: (open, observation) => {
    const overlaps = open.filter(({ kind }) => kind === 'subnets-overlap');
    return [...Map.groupBy(overlaps, ({ where }) => where.network ?? '')].map(
      ([network, evidence]) => describe(network, evidence, open, observation),
    );
  },
};

function describe(
  network: string,
  evidence: readonly Difference[],
  open: readonly Difference[],
  observation: Observation,
): Diagnosis {
  const hosts = new Set(evidence.map(({ where }) => where.host));
  const more = evidence.length > 1 ? `, and ${evidence.length - 1} more` : '';
  const subnets = observation.hosts.flatMap(({ engine }) =>
    (valueOf(engine)?.networks ?? []).flatMap((one) => one.subnets),
  );
  const free = findFreeRange([
    ...subnets,
    ...takenRanges(observation)
      .filter(({ hasGateway }) => hasGateway !== true)
      .map(({ range }) => range),
  ]);
  return {
    code: 'subnet-overlap',
    where: { host: hosts.size === 1 ? [...hosts][0] : undefined, network },
    summary: `${evidence[0]?.text ?? ''}${more}`,
    evidence,
    consequences: open.filter(
      ({ kind, where }) => kind === 'container-path-dead' && where.network === network,
    ),
    remedy: {
      kind: 'next-step',
      commands: [],
      effect: `Create ${network} again with --subnet ${free ?? 'and an unused range'}, in addition to its other options: disconnect its containers, "docker network rm", "docker network create", connect them again.`,
    },
  };
}
