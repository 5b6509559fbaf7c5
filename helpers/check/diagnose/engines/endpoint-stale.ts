import type { Remedy } from '../../model/diagnosis.ts';
import type { Difference, DifferenceKind } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import { answeringHosts } from '../../compare/engines/answering-hosts.ts';
import { isOf } from '../consequences.ts';
import type { Rule } from '../rule.ts';

/** Symptoms on other hosts of an endpoint that is still listed. */
const believed: ReadonlySet<DifferenceKind> = new Set<DifferenceKind>([
  'name-other',
  'name-unanswered',
  'container-path-dead',
  'forwarding-leftover',
  'forwarding-other',
  'neighbour-leftover',
  'neighbour-other',
  'application-fails',
]);

/** A listed endpoint that no container has: its container is gone or has moved. */
export const endpointStale: Rule = {
  name: 'endpoint-stale',
  explain: (open, observation) =>
    open
      .filter(({ kind }) => kind === 'end-without-container')
      .map((stale) => ({
        code: 'endpoint-stale',
        where: stale.where,
        summary: stale.text,
        evidence: [stale],
        consequences: open.filter(
          (one) => believed.has(one.kind) && isOf(one, stale.where.container),
        ),
        remedy: findRemedy(stale, observation),
      })),
};

function findRemedy({ where }: Difference, observation: Observation): Remedy {
  const { network = '', container = '', host } = where;
  if (observation.kind === 'swarm-mode') {
    return {
      kind: 'fix',
      host,
      commands: [['systemctl', 'restart', 'docker']],
      effect: 'Restarts the engine, which then announces its current endpoints to the others.',
    };
  }
  return {
    kind: 'fix',
    host: host ?? answeringHosts(observation)[0]?.host.name,
    commands: [['docker', 'network', 'disconnect', '--force', network, container]],
    effect: 'Deletes the endpoint record for all hosts. No running container is affected.',
  };
}
