import { type DiagnosisCode, diagnosisCodes } from '../../helpers/check/model/codes.ts';

/** One check of a cluster with an injected defect, or of a healthy cluster. */
export interface ConfusionRun {
  /** The way in which the defect was injected, such as "iptables on the receiver". */
  readonly way: string;
  readonly injected: DiagnosisCode | 'healthy';
  /** The name of the cluster's topology. */
  readonly cluster: string;
  /** All reported codes. Empty for a healthy cluster. */
  readonly reported: readonly DiagnosisCode[];
  /** True if the finding has the location of the injected defect. */
  readonly placeRight: boolean;
}

export interface ConfusionData {
  readonly runs: readonly ConfusionRun[];
}

export type Outcome = DiagnosisCode | 'healthy';

/** The number of checks with this injected and this reported code. */
export interface ConfusionCount {
  readonly injected: Outcome;
  readonly reported: Outcome;
  readonly times: number;
  readonly isRight: boolean;
}

/** Returns the numbers of a confusion matrix. A run that reports several codes counts once for each code. */
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

/** Returns all outcomes that were injected or reported in any run, in the order of the codes. */
export function outcomesIn({ runs }: ConfusionData): Outcome[] {
  const seen = new Set(runs.flatMap((run) => [run.injected, ...outcomesOf(run)]));
  return (['healthy', ...diagnosisCodes] as const).filter((one) => seen.has(one));
}

/** Returns true for a run that reports the injected code at its location and no other code. */
export function isRight({ injected, reported, placeRight }: ConfusionRun): boolean {
  if (injected === 'healthy') return reported.length === 0;
  return placeRight && reported.length > 0 && reported.every((one) => one === injected);
}

function outcomesOf({ reported }: ConfusionRun): readonly Outcome[] {
  return reported.length === 0 ? ['healthy'] : [...new Set(reported)];
}
