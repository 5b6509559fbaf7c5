import { answeringHosts } from '../../compare/engines/answering-hosts.ts';
import { wrongAddressesOf } from '../../derive/name-answers.ts';
import type { Diagnosis, Action } from '../../model/diagnosis.ts';
import type { Difference, Place } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import type { NameAnswer } from '../../model/views/names-view.ts';
import { valueOf } from '../../model/observed.ts';
import type { Rule } from '../rule.ts';

/** A container looks up another one and gets no answer, or "no such name". */
export const nameUnresolved: Rule = {
  name: 'name-unresolved',
  explain: (open, observation) => {
    const unanswered = open.filter(({ kind }) => kind === 'name-unanswered');
    const deaf = unanswered.filter((one) => isDeaf(one, observation));
    const others = unanswered.filter((one) => !deaf.includes(one));
    const ofContainers = groupBy(deaf, ({ host, container }) => `${host} ${container}`);
    const ofNames = groupBy(others, ({ network, towards }) => `${network} ${towards}`);
    return [
      ...ofContainers.map((evidence): Diagnosis => {
        const { host, container = '' } = commonPlace(evidence);
        return {
          code: 'name-unresolved',
          where: { host, container },
          summary: `${container} on ${host} gets no answer to any name lookup: ${evidence[0]?.text}`,
          evidence,
          consequences: applicationFailures(evidence, open, observation),
          action: {
            kind: 'fix',
            host,
            commands: [['docker', 'restart', container]],
            effect:
              'Makes the engine set up name resolution in the container again: /etc/resolv.conf and the rules that redirect 127.0.0.11 to the engine.',
          },
        };
      }),
      ...ofNames.map((evidence): Diagnosis => {
        const where = commonPlace(evidence);
        return {
          code: 'name-unresolved',
          where,
          summary: evidence[0]?.text ?? '',
          evidence,
          consequences: applicationFailures(evidence, open, observation),
          action: announceAnew(evidence),
        };
      }),
    ];
  },
};

/** A container that looks up another one, and is sent to where that is not. */
export const nameStale: Rule = {
  name: 'name-stale',
  explain: (open, observation) => {
    const stale = open.filter(({ kind }) => kind === 'name-mismatch');
    const written = stale.filter((one) => answerOf(one, observation)?.from === 'hosts-file');
    const told = stale.filter((one) => !written.includes(one));
    return [
      ...groupBy(written, ({ host, container, towards }) => `${host} ${container} ${towards}`),
      ...groupBy(told, ({ network, towards }) => `${network} ${towards}`),
    ].map((evidence): Diagnosis => {
      const where = commonPlace(evidence);
      const [first] = evidence;
      return {
        code: 'name-stale',
        where,
        summary: [first?.text, ...whoIsThere(first, observation)].join('; '),
        evidence,
        consequences: applicationFailures(evidence, open, observation),
        action:
          first !== undefined && written.includes(first)
            ? {
                kind: 'fix',
                host: where.host,
                commands: [['docker', 'restart', where.container ?? '']],
                effect: 'Makes the engine rewrite /etc/hosts in the container.',
              }
            : announceAnew(evidence),
      };
    });
  },
};

/** Returns true if the DNS servers of that container answer nothing at all, not even "no such name". */
function isDeaf({ where }: Difference, { names }: Observation): boolean {
  return (valueOf(names)?.deaf ?? []).some(
    ({ host, container }) => host === where.host && container === where.container,
  );
}

function answerOf({ where }: Difference, { names }: Observation): NameAnswer | undefined {
  return valueOf(names)?.answers.find(
    (one) =>
      one.host === where.host &&
      one.container === where.container &&
      one.towards === where.towards &&
      one.network === where.network,
  );
}

function groupBy(
  differences: readonly Difference[],
  keyOf: (where: Place) => string,
): Difference[][] {
  return [...Map.groupBy(differences, ({ where }) => keyOf(where)).values()];
}

/** Returns the common location: with several asking containers or hosts, only the name they look up. */
function commonPlace(evidence: readonly Difference[]): Place {
  const { host, peer, network, container, towards } = evidence[0]?.where ?? {};
  const isSame = (key: keyof Place) => new Set(evidence.map(({ where }) => where[key])).size === 1;
  if (!isSame('host')) return { network, towards };
  return { host, peer, network, towards, ...(isSame('container') ? { container } : {}) };
}

/** Returns the containers that have the answered addresses. */
function whoIsThere(difference: Difference | undefined, observation: Observation): string[] {
  const answer = difference === undefined ? undefined : answerOf(difference, observation);
  const other = answer === undefined ? [] : wrongAddressesOf(answer);
  return other.map((address) => {
    const holder = answeringHosts(observation).flatMap(({ host, view }) =>
      view.containers
        .filter(({ networks }) => Object.values(networks).some((end) => end.address === address))
        .map(({ name }) => `${name} on ${host.name}`),
    )[0];
    return holder === undefined ? `no container has ${address}` : `${address} is ${holder}`;
  });
}

function applicationFailures(
  evidence: readonly Difference[],
  open: readonly Difference[],
  { expectations: { application } }: Observation,
): Difference[] {
  const serves = evidence.some(
    ({ where }) =>
      where.container === application?.container || where.towards === application?.database,
  );
  return serves ? open.filter(({ kind }) => kind.startsWith('application-')) : [];
}

function announceAnew([first]: readonly Difference[]): Action {
  const { peer, network = '', towards = '' } = first?.where ?? {};
  return {
    kind: 'fix',
    host: peer,
    commands: [
      ['docker', 'network', 'disconnect', network, towards],
      ['docker', 'network', 'connect', network, towards],
    ],
    effect:
      'Makes the engine announce the container to all others again. Its address may change, and its connections break.',
  };
}
