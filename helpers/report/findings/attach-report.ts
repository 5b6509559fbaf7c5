import { label, link } from 'allure-js-commons';
import { auditCluster } from '../../check/audit.ts';
import { pageOf } from '../../check/model/codes.ts';
import { prepareProbeImage } from '../../check/probe/probe-image.ts';
import type { AuditReport } from '../../check/model/report.ts';
import type { AuditTarget } from '../../check/model/target.ts';
import { firstLine } from '../../process/errors/harness-error.ts';
import { diagnosisLabel } from '../results/diagnosis-label.ts';
import { attach, reportRuntime, verdictName } from '../results/evidence.ts';
import { pageUrl } from '../results/page-url.ts';
import { verdictEvidence } from './write-allure.ts';

/**
 * Audits the cluster on which the running test has failed, and attaches the verdict, which the report shows before all
 * other evidence. A cluster that cannot be audited any more is said to be so, and is no failure of its own.
 */
export async function attachVerdict(target: AuditTarget): Promise<AuditReport | undefined> {
  // It takes some seconds: not for nobody.
  if (reportRuntime() === undefined) return undefined;
  try {
    // Where it is not in the cache yet, it is made before: the time that an audit has is for looking at the cluster.
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
 * Attaches what an audit found; the codes of defects also say of what kind the failure is.
 *
 * @param takenAfter the earlier test after whose failure it was taken
 */
export async function attachReport(report: AuditReport, takenAfter?: string): Promise<void> {
  const when = takenAfter === undefined ? '' : `Audit taken when "${takenAfter}" had failed.\n\n`;
  for (const { name, content, type } of await verdictEvidence(report))
    await attach(name, name === verdictName ? `${when}${content}` : content, type);
  for (const code of new Set(report.diagnoses.map((one) => one.code))) {
    await label(diagnosisLabel, code);
    const url = pageUrl(pageOf(code));
    if (url !== undefined) await link(url, code);
  }
}
