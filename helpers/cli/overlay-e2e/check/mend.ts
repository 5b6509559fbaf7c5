import { lineOf } from '../../../check/model/command.ts';
import type { FixStep } from '../../../check/fix/fix-steps.ts';
import { planFix } from '../../../check/fix/fix-steps.ts';
import type { AuditReport } from '../../../check/model/report.ts';
import { identityOf } from './changes.ts';

export interface Mending {
  /** Shows what was found to whoever is to agree. */
  readonly show: (report: AuditReport) => void;
  readonly say: (line: string) => void;
  /** Does what is agreed to; gives the steps that were done. */
  readonly doSteps: (steps: readonly FixStep[]) => Promise<readonly FixStep[]>;
  /** Undoes steps, the last first; gives how many. */
  readonly undoSteps: (steps: readonly FixStep[]) => Promise<number>;
  readonly audit: () => Promise<AuditReport>;
  /** Prints the commands and changes nothing. */
  readonly isDry: boolean;
}

/** What holds in the end, and whether whoever was asked has read it already. */
export interface Outcome {
  readonly report: AuditReport;
  readonly isShown: boolean;
}

/** Fixes what may be fixed of what was found, and checks again if anything was; what made it worse is undone. */
export async function mend(report: AuditReport, mending: Mending): Promise<Outcome> {
  const { show, say, doSteps, isDry } = mending;
  const { steps, refused } = planFix(report);
  for (const line of refused) say(`--fix leaves it alone: ${line}`);
  if (steps.length === 0) {
    say('there is nothing that --fix may mend');
    return { report, isShown: false };
  }
  show(report);
  if (isDry) {
    for (const { code, host, commands, effect } of steps) {
      say(`${code}: ${effect}\n  on ${host}: ${lineOf(commands)}`);
    }
    say('nothing was changed: --dry-run');
    return { report, isShown: true };
  }
  const done = await doSteps(steps);
  say(`${done.length} of ${steps.length} done${done.length === 0 ? '' : '; checking again'}`);
  if (done.length === 0) return { report, isShown: true };
  return { report: await keepIfBetter(report, done, mending), isShown: false };
}

/** Checks again; where something is wrong that was not before, the steps are undone. */
async function keepIfBetter(
  before: AuditReport,
  done: readonly FixStep[],
  { say, undoSteps, audit }: Mending,
): Promise<AuditReport> {
  const after = await audit();
  const known = new Set(before.diagnoses.map(identityOf));
  const worse = after.diagnoses.filter((one) => !known.has(identityOf(one)));
  if (worse.length === 0) return after;
  say(`new since then: ${worse.map(({ code, summary }) => `${code}, ${summary}`).join('; ')}`);
  const undone = await undoSteps(done);
  say(`${undone} of ${done.length} undone; checking again`);
  return await audit();
}

/** Whether the result still has to be printed: programs always want it, people do not read it twice on one terminal. */
export function isToBePrinted(
  { isShown }: Pick<Outcome, 'isShown'>,
  {
    json = false,
    isOneTerminal,
  }: { readonly json?: boolean | undefined; readonly isOneTerminal: boolean },
): boolean {
  return json || !isShown || !isOneTerminal;
}
