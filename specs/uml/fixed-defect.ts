import type { DiagnosisCode } from '../../helpers/check/model/codes.ts';
import { lineOf } from '../../helpers/check/model/command.ts';
import type { AuditReport } from '../../helpers/check/model/report.ts';
import type { Expectations } from '../../helpers/check/model/target.ts';
import { type Finding, type FixedNodes, typeFixes } from './findings.ts';

/** A cluster with defects that stay until their printed fix is typed. */
export interface FixedLab extends FixedNodes {
  readonly audit: (expectations?: Expectations) => Promise<AuditReport>;
  /** Returns when the cluster works again. */
  readonly recover: () => Promise<void>;
}

/** A way to inject a defect that its printed fix undoes. */
export interface FixedDefect<Lab> {
  readonly code: DiagnosisCode;
  /** A short description that is unique among the ways of the code. */
  readonly way: string;
  /** Injects the defect, and returns the location that the finding must have. */
  inject(lab: Lab): Promise<Finding['where']>;
  /** A word that one field of the location must have, if the location may have more fields than `inject` returns. */
  readonly mentions?: string;
  /** The expectations of the checks. */
  readonly expectations?: Expectations;
  /** Makes the fix possible. It runs before the fix. */
  prepareFix?(lab: Lab): Promise<void>;
  /** Undoes the defect if no fix is printed, and otherwise everything that the fix leaves. */
  undo?(lab: Lab): Promise<void>;
  /** Returns when the cluster works again. By default that of the lab. */
  recover?(lab: Lab, where: Finding['where']): Promise<void>;
}

/** A check of a cluster with a defect, and the location that its finding must have. */
export interface BrokenCheck {
  readonly where: Finding['where'];
  readonly report: AuditReport;
}

/** Injects a defect and checks the cluster. The defect stays. */
export async function checkBroken<Lab extends FixedLab>(
  lab: Lab,
  defect: FixedDefect<Lab>,
): Promise<BrokenCheck> {
  const where = await defect.inject(lab);
  return { where, report: await lab.audit(defect.expectations) };
}

/**
 * Types all printed fixes, and returns when the cluster works again.
 *
 * @returns the checks after a restarted engine left a VXLAN device, and the last check
 */
export async function fixBroken<Lab extends FixedLab>(
  lab: Lab,
  defect: FixedDefect<Lab>,
  { where, report }: BrokenCheck,
): Promise<{ readonly restarted: readonly AuditReport[]; readonly after: AuditReport }> {
  await defect.prepareFix?.(lab);
  await typeFixes(report, lab);
  const restarted = await deleteLeftDevices(report, lab);
  const hasFix = report.diagnoses.some(({ action }) => action?.kind === 'fix');
  if (!hasFix) await defect.undo?.(lab);
  if (defect.recover === undefined) await lab.recover();
  else await defect.recover(lab, where);
  const after = await lab.audit(defect.expectations);
  if (hasFix) await defect.undo?.(lab);
  return { restarted, after };
}

/**
 * Types the fix of a VXLAN device that a restart by a fix has left. An engine that stops while it removes an overlay may not
 * delete its device (moby #38318), and then starts no task on that overlay. The check must name the device.
 */
async function deleteLeftDevices(
  { diagnoses }: Pick<AuditReport, 'diagnoses'>,
  lab: FixedLab,
): Promise<readonly AuditReport[]> {
  const reports: AuditReport[] = [];
  for (const node of lab.names) {
    const isRestarted = diagnoses.some(
      ({ action }) =>
        action?.host === node && lineOf(action.commands ?? []).includes('systemctl restart docker'),
    );
    if (!isRestarted) continue;
    if (!(await lab.inside(node, 'ip -o link show type vxlan')).includes(' vx-')) continue;
    const left = await lab.audit();
    reports.push(left);
    const devices = left.diagnoses.filter(({ code }) => code === 'vxlan-device-foreign');
    await typeFixes({ diagnoses: devices }, lab);
  }
  return reports;
}
