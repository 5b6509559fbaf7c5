import type { DiagnosisCode } from '../model/codes.ts';
import type { Diagnosis, Action } from '../model/diagnosis.ts';
import { type Difference, type DifferenceKind, ofKind } from '../model/difference.ts';
import type { Observation } from '../model/observation.ts';

/**
 * Recognizes one cause. A rule receives the differences that no earlier rule has explained, and explains some of them:
 * evidence of its findings, and consequences.
 */
export interface Rule {
  readonly name: string;
  readonly explain: (open: readonly Difference[], observation: Observation) => readonly Diagnosis[];
}

/** The parts of a rule that makes one finding of each difference of a kind. */
interface Parts<Kind extends DifferenceKind> {
  /** The name of the rule, if it differs from the diagnosis code. */
  readonly name?: string;
  /** Returns true if the rule explains a difference; all of the kind when absent. */
  readonly applies?: (cause: Difference<Kind>, observation: Observation) => boolean;
  /** The text of the difference when absent. */
  readonly summary?: (cause: Difference<Kind>) => string;
  /** None when absent. */
  readonly consequences?: (
    cause: Difference<Kind>,
    open: readonly Difference[],
    observation: Observation,
  ) => readonly Difference[];
  readonly action: (
    cause: Difference<Kind>,
    observation: Observation,
    open: readonly Difference[],
  ) => Action | undefined;
}

/** Returns a rule that makes one finding of each difference of these kinds. */
export function ruleFor<Kind extends DifferenceKind>(
  kinds: Kind | readonly Kind[],
  code: DiagnosisCode,
  { name = code, applies, summary, consequences, action }: Parts<Kind>,
): Rule {
  const all: readonly Kind[] = typeof kinds === 'string' ? [kinds] : kinds;
  return {
    name,
    explain: (open, observation) =>
      ofKind(open, ...all)
        .filter((cause) => applies?.(cause, observation) ?? true)
        .map((cause) => ({
          code,
          where: cause.where,
          summary: summary?.(cause) ?? cause.text,
          evidence: [cause],
          consequences: consequences?.(cause, open, observation) ?? [],
          action: action(cause, observation, open),
        })),
  };
}

/** The differences of a finding, at least one. */
type Evidence<One> = readonly [One, ...One[]];

/** Returns a rule that makes one finding of all differences of a kind with the same key. */
export function ruleForGroups<Kind extends DifferenceKind>(
  kind: Kind,
  code: DiagnosisCode,
  keyOf: (one: Difference<Kind>) => string | undefined,
  describe: (
    evidence: Evidence<Difference<Kind>>,
    open: readonly Difference[],
    observation: Observation,
  ) => Omit<Diagnosis, 'code' | 'evidence'>,
): Rule {
  return {
    name: code,
    explain: (open, observation) =>
      [...Map.groupBy(ofKind(open, kind), keyOf).values()].flatMap(([first, ...others]) => {
        if (first === undefined) return [];
        const evidence: Evidence<Difference & Difference<Kind>> = [first, ...others];
        return [{ code, evidence, ...describe(evidence, open, observation) }];
      }),
  };
}
