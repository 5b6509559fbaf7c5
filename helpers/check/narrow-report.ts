import { HarnessError } from '../process/errors/harness-error.ts';
import { verdictOf } from './audit.ts';
import type { Layer } from './model/check.ts';
import { checks } from './compare/checks.ts';
import type { AuditReport, CheckResult } from './model/report.ts';

/** Returns the report for one layer alone. */
export function reportOfLayer(report: AuditReport, layer: Layer): AuditReport {
  return narrowReport(report, (one) => one.layer === layer);
}

/** Returns the report for one comparison alone, such as `kernel-forwarding`. */
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

/** Keeps the findings with evidence from those comparisons. */
function narrowReport(report: AuditReport, isMeant: (one: CheckResult) => boolean): AuditReport {
  const results = report.checks.filter(isMeant);
  const found = results.flatMap((one) => (one.state === 'failed' ? one.differences : []));
  const diagnoses = report.diagnoses.filter(({ evidence, consequences }) =>
    [...evidence, ...consequences].some((one) => found.includes(one)),
  );
  return { ...report, checks: results, diagnoses, verdict: verdictOf(results, report.coverage) };
}
