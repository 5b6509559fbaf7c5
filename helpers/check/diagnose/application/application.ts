import type { Diagnosis, Remedy } from '../../model/diagnosis.ts';
import type { Difference, DifferenceKind } from '../../model/difference.ts';
import type { DiagnosisCode } from '../../model/codes.ts';
import type { Observation } from '../../model/observation.ts';
import type { Rule } from '../rule.ts';

/** A published port that is unreachable although its container listens: the application behind it cannot answer. */
export const publishedPortUnreachable: Rule = {
  name: 'published-port-unreachable',
  explain: (open, observation) =>
    open
      .filter(({ kind }) => kind === 'port-silent')
      .map((silent): Diagnosis => {
        const { host, container } = silent.where;
        const isIts = container === observation.expectations.application?.container;
        return {
          code: 'published-port-unreachable',
          where: silent.where,
          summary: silent.text,
          evidence: [silent],
          consequences: open.filter(({ kind }) => isIts && isOfApplication(kind)),
          remedy: {
            kind: 'next-step',
            host,
            commands: [
              ['docker', 'port', container ?? ''],
              ['iptables', '-vnL', 'DOCKER-USER'],
            ],
            effect: `Shows how ${host ?? 'the host'} handles traffic to the port; changes nothing.`,
          },
        };
      }),
};

/** An answer that comes from elsewhere: that it may be wrong as well is no wonder. */
export const applicationNotFromDatabase: Rule = {
  name: 'application-not-from-database',
  explain: (open, observation) =>
    diagnose(open, observation, 'application-without-database', 'application-not-from-database', [
      'application-answers-other',
    ]),
};

/** The application does not answer, or with an error, and nothing below it is known to be wrong. */
export const applicationError: Rule = {
  name: 'application-error',
  explain: (open, observation) =>
    diagnose(open, observation, 'application-fails', 'application-error', []),
};

/** The application gives an unexpected answer. */
export const applicationWrongAnswer: Rule = {
  name: 'application-wrong-answer',
  explain: (open, observation) =>
    diagnose(open, observation, 'application-answers-other', 'application-wrong-answer', []),
};

function isOfApplication(kind: DifferenceKind): boolean {
  return kind.startsWith('application-');
}

function diagnose(
  open: readonly Difference[],
  observation: Observation,
  kind: DifferenceKind,
  code: DiagnosisCode,
  consequences: readonly DifferenceKind[],
): Diagnosis[] {
  const evidence = open.filter((one) => one.kind === kind);
  return evidence.map((one) => ({
    code,
    where: one.where,
    summary: one.text,
    evidence: [one],
    consequences: open.filter((other) => consequences.includes(other.kind)),
    remedy: remedyFor(one, observation),
  }));
}

/** Only its own log knows more. */
function remedyFor(
  { where: { host, container } }: Difference,
  { expectations }: Observation,
): Remedy | undefined {
  if (container === undefined) return undefined;
  const database = expectations.application?.database;
  const also = database === undefined ? '' : ` The log of ${database} may help too.`;
  return {
    kind: 'next-step',
    host,
    commands: [['docker', 'logs', '--tail', '50', container]],
    effect: `Shows the log of the application; changes nothing.${also}`,
  };
}
