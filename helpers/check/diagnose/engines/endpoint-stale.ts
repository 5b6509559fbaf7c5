import type { Remedy } from '../../model/diagnosis.ts';
import type { Difference, DifferenceKind } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import { answeringHosts } from '../../compare/engines/seen-engines.ts';
import { isOf } from '../consequences.ts';
import type { Rule } from '../rule.ts';

/** What others still believe of a container because of an end that nobody took off the record. */
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

/** An end on record that no container has: of one that is gone, or that is somewhere else by now. */
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
