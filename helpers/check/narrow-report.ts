import { HarnessError } from '../process/errors/harness-error.ts';
import { verdictOf } from './audit.ts';
import type { Layer } from './model/check.ts';
import { checks } from './compare/checks.ts';
import type { AuditReport, CheckResult } from './model/report.ts';

/** The same report as if one layer had been all that it is about. */
export function reportOfLayer(report: AuditReport, layer: Layer): AuditReport {
  return narrowReport(report, (one) => one.layer === layer);
}

/** The same report as if that check had been all of it: `kernel-forwarding`. */
export function reportOfCheck(report: AuditReport, name: string): AuditReport {
  requireCheck(name);
  return narrowReport(report, (one) => one.name === name);
}

/** Throws, with the names of all checks, unless it is one of them. */
export function requireCheck(name: string): void {
  if (checks.some((one) => one.name === name)) return;
  throw new HarnessError({
    code: 'name-unknown',
    tried: `find the check ${name}`,
    observed: 'no such check',
    remedy: `use one of ${checks.map((one) => one.name).join(', ')}`,
  });
}

/** Of the diagnoses stays what those checks have found a sign of. */
function narrowReport(report: AuditReport, isMeant: (one: CheckResult) => boolean): AuditReport {
  const results = report.checks.filter(isMeant);
  const found = results.flatMap((one) => (one.state === 'failed' ? one.differences : []));
  const diagnoses = report.diagnoses.filter(({ evidence, consequences }) =>
    [...evidence, ...consequences].some((one) => found.includes(one)),
  );
  return { ...report, checks: results, diagnoses, verdict: verdictOf(results, report.coverage) };
}
