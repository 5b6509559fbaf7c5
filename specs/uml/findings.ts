import { expect } from 'vitest';
import { lineOf } from '../../helpers/check/model/command.ts';
import type { DiagnosisCode } from '../../helpers/check/model/codes.ts';
import type { AuditReport } from '../../helpers/check/model/report.ts';
import { attach } from '../../helpers/report/results/evidence.ts';
import { renderVerdict } from '../../helpers/report/text/render-report.ts';

/** A finding by its code and location, without fields that are not set. */
export interface Finding {
  readonly code: DiagnosisCode;
  readonly where: Readonly<Record<string, string>>;
}

/** Returns all findings of a report. */
export function findingsOf({ diagnoses }: Pick<AuditReport, 'diagnoses'>): Finding[] {
  return diagnoses.map(({ code, where }) => ({
    code,
    where: Object.fromEntries(Object.entries(where).filter(([, value]) => value !== undefined)),
  }));
}

/** Returns the text of a report: the reason of a finding that a test does not expect. */
export function textOf(report: AuditReport): string {
  return renderVerdict(report, { color: false, width: 100 });
}

/** Nodes on which fixes are typed. */
export interface FixedNodes<Node extends string> {
  readonly names: readonly Node[];
  /** Runs a script as root on a node. */
  readonly inside: (node: Node, script: string) => Promise<string>;
}

/** Runs every printed fix, unchanged, on the host that it names. */
export async function typeFixes<Node extends string>(
  { diagnoses }: Pick<AuditReport, 'diagnoses'>,
  { names, inside }: FixedNodes<Node>,
): Promise<void> {
  for (const { action } of diagnoses) {
    const { kind, host, commands = [] } = action ?? {};
    const node = names.find((name) => name === host);
    if (kind === 'fix' && node !== undefined) await inside(node, lineOf(commands));
  }
}

/**
 * Types the fix of a VXLAN device that a restart by a fix has left. An engine that stops while it removes an overlay may not
 * delete its device (moby #38318), and then starts no task on that overlay. The check must name the device.
 */
async function deleteLeftDevices<Node extends string>(
  { diagnoses }: Pick<AuditReport, 'diagnoses'>,
  { names, inside, audit }: FixedNodes<Node> & { readonly audit: () => Promise<AuditReport> },
): Promise<void> {
  for (const node of names) {
    const isRestarted = diagnoses.some(
      ({ action }) =>
        action?.host === node && lineOf(action.commands ?? []).includes('systemctl restart docker'),
    );
    if (!isRestarted) continue;
    if (!(await inside(node, 'ip -o link show type vxlan')).includes(' vx-')) continue;
    const left = await audit();
    await attach('the result of the check after the restart', textOf(left));
    const devices = left.diagnoses.filter(({ code }) => code === 'vxlan-device-foreign');
    await typeFixes({ diagnoses: devices }, { names, inside });
  }
}

/**
 * Runs every printed fix, and expects that a check then calls the swarm healthy.
 *
 * @param recover returns when the swarm works again
 */
export async function expectFixed<Node extends string>(
  report: AuditReport,
  {
    recover,
    audit,
    ...nodes
  }: FixedNodes<Node> & {
    readonly recover: () => Promise<void>;
    readonly audit: () => Promise<AuditReport>;
  },
): Promise<void> {
  await typeFixes(report, nodes);
  await deleteLeftDevices(report, { ...nodes, audit });
  await recover();
  const after = await audit();
  expect(findingsOf(after), textOf(after)).toEqual([]);
  expect(after, textOf(after)).toMatchObject({ verdict: 'healthy' });
}
