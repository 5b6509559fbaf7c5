import type { AuditReport } from '../../../check/model/report.ts';
import { readVariable } from '../../../process/environment.ts';
import { firstLine } from '../../../process/errors/harness-error.ts';

/**
 * In a job of GitHub Actions, appends the result of a check to the job's summary, and annotates the job with each finding. The
 * annotations are on standard error, which the runner reads as well: standard output may be a document.
 */
export async function reportToGitHub(report: AuditReport): Promise<void> {
  const isJob = readVariable('GITHUB_ACTIONS') === 'true';
  if (!isJob && readVariable('GITHUB_STEP_SUMMARY') === undefined) return;
  const [{ checkAnnotations, checkSummary }, { annotationLines }, { appendJobSummary }] =
    await Promise.all([
      import('../../../report/github/check-summary.ts'),
      import('../../../report/github/annotations.ts'),
      import('../../../report/github/job-summary.ts'),
    ]);
  if (isJob) for (const line of annotationLines(checkAnnotations(report))) console.error(line);
  const problem = await appendJobSummary(checkSummary(report));
  if (problem !== undefined) {
    console.error(`overlay-e2e: no job summary: ${firstLine(problem)}`);
  }
}
