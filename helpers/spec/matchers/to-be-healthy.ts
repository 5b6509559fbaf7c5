import type { AuditReport } from '../../check/model/report.ts';
import { headlineOf } from '../../report/text/headline.ts';

/**
 * Passes if a report has no findings and everything requested was examined. A failure begins with the diagnosis code, by
 * which the report sorts failures.
 */
export function isHealthy(report: AuditReport) {
  const found = report.diagnoses.map(({ code, summary }) => `${code}: ${summary}`);
  const headline = headlineOf(report);
  return {
    pass: report.verdict === 'healthy',
    message: () => [...found, headline].join('\n'),
  };
}
