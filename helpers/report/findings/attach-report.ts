import { label, link } from 'allure-js-commons';
import { auditCluster } from '../../check/audit.ts';
import { pageOf } from '../../check/model/codes.ts';
import { prepareProbeImage } from '../../check/probe/start/probe-image.ts';
import type { AuditReport } from '../../check/model/report.ts';
import type { AuditTarget } from '../../check/model/target.ts';
import { firstLine } from '../../process/errors/harness-error.ts';
import { diagnosisLabel } from '../results/labels/diagnosis-label.ts';
import { attach, attachFile, reportRuntime, verdictName } from '../results/evidence.ts';
import { pageUrl } from '../results/page-url.ts';
import { verdictEvidence } from './write-allure.ts';

/**
 * Audits the cluster of the failed test, and attaches the report, which is shown before all other evidence. A cluster that
 * can no longer be audited is reported as such, and is no further failure.
 */
export async function attachVerdict(target: AuditTarget): Promise<AuditReport | undefined> {
  // An audit takes seconds, so it only runs with a report to attach it to.
  if (reportRuntime() === undefined) return undefined;
  try {
    // The image is built before the audit, so that its time limit is for observing the cluster.
    await prepareProbeImage();
    const report = await auditCluster(target);
    await attachReport(report);
    return report;
  } catch (error) {
    await attach(verdictName, `could not be found: ${firstLine(error)}`);
    return undefined;
  } finally {
    for (const { engine } of target.hosts) engine.close();
  }
}

/**
 * Attaches the report of an audit; the diagnosis codes also categorize the failure.
 *
 * @param takenAfter the earlier test after whose failure it was taken
 */
export async function attachReport(report: AuditReport, takenAfter?: string): Promise<void> {
  const when = takenAfter === undefined ? '' : `Audit taken when "${takenAfter}" had failed.\n\n`;
  for (const one of await verdictEvidence(report)) {
    if (one.type === 'application/gzip') await attachFile(one.name, one.content, one.type);
    else {
      const { name, content, type } = one;
      await attach(name, name === verdictName ? `${when}${content}` : content, type);
    }
  }
  for (const code of new Set(report.diagnoses.map((one) => one.code))) {
    await label(diagnosisLabel, code);
    const url = pageUrl(pageOf(code));
    if (url !== undefined) await link(url, code);
  }
}
