import type { Action, Diagnosis } from '../../model/diagnosis.ts';
import { type Difference, ofKind } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import { isRight, meaningsOf } from '../../derive/service-names.ts';
import type { Rule } from '../rule.ts';

/** Names of a service that a node, or only one of its containers, does not resolve. */
export const serviceNameMissing: Rule = {
  name: 'service-name-missing',
  explain: (open, observation) => [
    ...findingsOf(ofKind(open, 'service-name-unanswered'), 'service-name-missing', observation),
  ],
};

/** Names of a service that a node, or only one of its containers, resolves to other addresses. */
export const serviceNameWrong: Rule = {
  name: 'service-name-wrong',
  explain: (open, observation) => [
    ...findingsOf(ofKind(open, 'service-name-mismatch'), 'service-name-wrong', observation),
  ],
};

type NameDifference = Difference<'service-name-unanswered' | 'service-name-mismatch'>;

function findingsOf(
  all: readonly (Difference & NameDifference)[],
  code: 'service-name-missing' | 'service-name-wrong',
  observation: Observation,
): Diagnosis[] {
  const misled = misledContainers(observation);
  const ofContainers = all.filter(
    ({ where, observed }) => observed.answers === null || misled.has(containerIn(where)),
  );
  const others = all.filter((one) => !ofContainers.includes(one));
  return [
    ...group(ofContainers, ({ where }) => containerIn(where)).map((evidence) => {
      const { host, container } = evidence[0]?.where ?? {};
      if (evidence.some(isRefused)) {
        return describe(code, { host, container }, evidence, replace(host, container));
      }
      return describe(code, { host, container }, evidence, {
        kind: 'next-step',
        host,
        commands: [['docker', 'exec', container ?? '', 'cat', '/etc/resolv.conf']],
        effect:
          'Shows the name servers of the container. Without 127.0.0.11 it does not query the engine: remove the DNS option of the service, or the mounted file.',
      });
    }),
    ...group(
      others,
      ({ where: { host, network, service } }) => `${host} ${network} ${service}`,
    ).map((evidence) => {
      const { host, network, service } = evidence[0]?.where ?? {};
      const action =
        code === 'service-name-missing' ? announce(service, observation) : restart(host);
      return describe(code, { host, network, service }, evidence, action);
    }),
  ];
}

function describe(
  code: Diagnosis['code'],
  where: Diagnosis['where'],
  evidence: readonly Difference[],
  action: Action,
): Diagnosis {
  const more = evidence.length === 1 ? '' : `, and ${evidence.length - 1} more names`;
  const summary = `${evidence[0]?.text ?? ''}${more}`;
  return { code, where, summary, evidence, consequences: [], action };
}

/**
 * Returns the containers with a wrong answer to a question that another container of the host and network gets the right
 * answer to: the records of the engine are right, and these containers do not get them. None of their answers are then
 * evidence of wrong records. A container whose name servers do not answer at all is such a container, too.
 */
function misledContainers(observation: Observation): ReadonlySet<string> {
  const { lookups } = valueOf(observation.serviceNames) ?? { lookups: [] };
  const compared = lookups.flatMap((lookup) => {
    const meanings = meaningsOf(lookup, observation);
    const isComplete = lookup.after !== undefined && meanings.length > 0;
    return isComplete ? [{ lookup, right: isRight(lookup, meanings) }] : [];
  });
  const questions = Map.groupBy(
    compared,
    ({ lookup: { host, networkId, name } }) => `${host} ${networkId} ${name}`,
  );
  const misled = [...questions.values()]
    .filter((all) => all.some(({ right }) => right))
    .flatMap((all) => all.filter(({ right }) => !right));
  return new Set(misled.map(({ lookup }) => containerIn(lookup)));
}

function containerIn({ host, container }: Pick<Diagnosis['where'], 'host' | 'container'>): string {
  return `${host} ${container}`;
}

/** Returns true if the engine's own name server does not answer the container. */
function isRefused(one: NameDifference): boolean {
  return (
    one.kind === 'service-name-unanswered' &&
    one.observed.error?.startsWith('127.0.0.11: E') === true
  );
}

function replace(host: string | undefined, container: string | undefined): Action {
  return {
    kind: 'fix',
    host,
    commands: [['docker', 'rm', '--force', container ?? '']],
    effect:
      'Removes the container, so that the swarm replaces it, with name resolution set up again.',
  };
}

function group(
  all: readonly (Difference & NameDifference)[],
  keyOf: (one: NameDifference) => string,
): (Difference & NameDifference)[][] {
  return [...Map.groupBy(all, keyOf).values()];
}

function announce(service: string | undefined, observation: Observation): Action {
  return {
    kind: 'fix',
    host: valueOf(observation.swarm)?.manager,
    commands: [['docker', 'service', 'update', '--force', service ?? '']],
    effect:
      'Replaces the tasks of the service one after another, as its update settings say, and ends when all are replaced. The engines announce the new ones to all nodes.',
  };
}

function restart(host: string | undefined): Action {
  return {
    kind: 'fix',
    host,
    commands: [['systemctl', 'restart', 'docker']],
    effect:
      'Restarts the engine, which then reads the names from the other nodes again. The tasks of this node are replaced.',
  };
}
