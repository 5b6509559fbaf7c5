import { lineOf } from '../model/command.ts';
import type { FixStep } from './fix-steps.ts';
import { planFix } from './fix-steps.ts';
import type { AuditReport } from '../model/report.ts';
import { identityOf } from '../model/diagnosis.ts';
import type { Difference } from '../model/difference.ts';

export interface FixSession {
  /** Shows the findings before the prompts. */
  readonly show: (report: AuditReport) => void;
  readonly say: (line: string) => void;
  /** Runs the steps that the user agrees to; returns them. */
  readonly runSteps: (steps: readonly FixStep[]) => Promise<readonly FixStep[]>;
  /** Undoes steps, the last first; returns how many. */
  readonly undoSteps: (steps: readonly FixStep[]) => Promise<number>;
  readonly audit: () => Promise<AuditReport>;
  /** Prints the commands and changes nothing. */
  readonly isDry: boolean;
}

/** The report after the fixes, and whether it was shown before the prompts. */
export interface FixOutcome {
  readonly report: AuditReport;
  readonly isShown: boolean;
}

/** Applies the fixes that are safe, then checks again. Undoes them if new findings appeared. */
export async function applyFixes(report: AuditReport, session: FixSession): Promise<FixOutcome> {
  const { show, say, runSteps, isDry } = session;
  const { steps, refused } = planFix(report);
  for (const line of refused) say(`not fixed by --fix: ${line}`);
  if (steps.length === 0) {
    say('--fix found nothing to fix');
    return { report, isShown: false };
  }
  show(report);
  if (isDry) {
    for (const { code, host, commands, effect } of steps) {
      say(`${code}: ${effect}\n  on ${host}: ${lineOf(commands)}`);
    }
    say('nothing was changed (--dry-run)');
    return { report, isShown: true };
  }
  const done = await runSteps(steps);
  say(`${done.length} of ${steps.length} done${done.length === 0 ? '' : '; checking again'}`);
  if (done.length === 0) return { report, isShown: true };
  return { report: await keepIfBetter(report, done, session), isShown: false };
}

/** Identifies a difference across reports. */
function keyOf({ kind, where, observed }: Difference): string {
  return JSON.stringify([kind, where, observed]);
}

/**
 * Checks again and undoes the steps if there are findings that were not there before. A finding is not new if its evidence
 * was observed before, as a consequence of another finding.
 */
async function keepIfBetter(
  before: AuditReport,
  done: readonly FixStep[],
  { say, undoSteps, audit }: FixSession,
): Promise<AuditReport> {
  const after = await audit();
  const known = new Set(before.diagnoses.map(identityOf));
  const observed = new Set(before.diagnoses.flatMap(({ consequences }) => consequences.map(keyOf)));
  const worse = after.diagnoses.filter(
    (one) =>
      !known.has(identityOf(one)) && !one.evidence.every((each) => observed.has(keyOf(each))),
  );
  if (worse.length === 0) return after;
  say(
    `new findings after the fix: ${worse.map(({ code, summary }) => `${code}, ${summary}`).join('; ')}`,
  );
  const undone = await undoSteps(done);
  say(`${undone} of ${done.length} undone; checking again`);
  return await audit();
}
