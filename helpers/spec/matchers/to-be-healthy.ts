import type { AuditReport } from '../../check/model/report.ts';
import { headlineOf } from '../../report/text/headline.ts';

/**
 * Whether an audit found nothing wrong, and could look at all that was wanted. What it found comes with its code first: by
 * that, the report sorts failures.
 */
export function isHealthy(report: AuditReport) {
  const found = report.diagnoses.map(({ code, summary }) => `${code}: ${summary}`);
  const headline = headlineOf(report);
  return {
    pass: report.verdict === 'healthy',
    message: () => [...found, headline].join('\n'),
  };
}
