import { type DiagnosisCode, diagnosisCodes } from '../../helpers/check/model/codes.ts';

/** One audit of a cluster in which something was broken on purpose, or nothing was. */
export interface ConfusionRun {
  /** How it was broken: «iptables on the receiver». */
  readonly way: string;
  readonly injected: DiagnosisCode | 'healthy';
  /** The cluster's topology. */
  readonly cluster: string;
  /** Everything that was reported; nothing when all was well. */
  readonly reported: readonly DiagnosisCode[];
  /** Whether it was reported at the place where it was broken. */
  readonly placeRight: boolean;
}

export interface ConfusionData {
  readonly runs: readonly ConfusionRun[];
}

export type Outcome = DiagnosisCode | 'healthy';

/** What was injected against what was reported: how often. */
export interface ConfusionCount {
  readonly injected: Outcome;
  readonly reported: Outcome;
  readonly times: number;
  readonly isRight: boolean;
}

/** The numbers of a confusion matrix: a run that reports several codes counts for each. */
export function countConfusion({ runs }: ConfusionData): ConfusionCount[] {
  const order: readonly Outcome[] = ['healthy', ...diagnosisCodes];
  return order.flatMap((injected) => {
    const own = runs.filter((run) => run.injected === injected);
    return order.flatMap((reported): ConfusionCount[] => {
      const times = own.filter((run) => outcomesOf(run).includes(reported)).length;
      return times === 0 ? [] : [{ injected, reported, times, isRight: injected === reported }];
    });
  });
}

/** What was injected in any run, or reported in any, in the order of the codes. */
export function outcomesIn({ runs }: ConfusionData): Outcome[] {
  const seen = new Set(runs.flatMap((run) => [run.injected, ...outcomesOf(run)]));
  return (['healthy', ...diagnosisCodes] as const).filter((one) => seen.has(one));
}

/** A run is right that reports what was injected, there where it was, and nothing else. */
export function isRight({ injected, reported, placeRight }: ConfusionRun): boolean {
  if (injected === 'healthy') return reported.length === 0;
  return placeRight && reported.length > 0 && reported.every((one) => one === injected);
}

function outcomesOf({ reported }: ConfusionRun): readonly Outcome[] {
  return reported.length === 0 ? ['healthy'] : [...new Set(reported)];
}
