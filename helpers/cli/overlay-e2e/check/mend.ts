import type { AuditReport } from '../../../check/report.ts';
import { stepsOf } from './fix.ts';

export interface Mending {
  /** Shows what was found to whoever is to agree. */
  readonly show: (report: AuditReport) => void;
  readonly say: (line: string) => void;
  /** Does what is agreed to; gives how many steps that were. */
  readonly doSteps: (steps: ReturnType<typeof stepsOf>) => Promise<number>;
  readonly audit: () => Promise<AuditReport>;
}

/** What holds in the end, and whether whoever was asked has read it already. */
export interface Outcome {
  readonly report: AuditReport;
  readonly isShown: boolean;
}

/** Mends what may be mended of what was found, and checks again if anything was. */
export async function mend(
  report: AuditReport,
  { show, say, doSteps, audit }: Mending,
): Promise<Outcome> {
  const steps = stepsOf(report.diagnoses);
  if (steps.length === 0) {
    say('there is nothing that --fix may mend');
    return { report, isShown: false };
  }
  show(report);
  const done = await doSteps(steps);
  say(`${done} of ${steps.length} done${done === 0 ? '' : '; checking again'}`);
  return done === 0 ? { report, isShown: true } : { report: await audit(), isShown: false };
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
