import { lineOf } from '../../helpers/check/model/command.ts';
import type { DiagnosisCode } from '../../helpers/check/model/codes.ts';
import type { AuditReport } from '../../helpers/check/model/report.ts';
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
export interface FixedNodes {
  readonly names: readonly string[];
  /** Runs a script as root on a node. */
  // A method: its parameter may be a narrower type.
  inside(node: string, script: string): Promise<string>;
}

/** Runs every printed fix, unchanged, on the host that it names. */
export async function typeFixes(
  { diagnoses }: Pick<AuditReport, 'diagnoses'>,
  nodes: FixedNodes,
): Promise<void> {
  for (const { action } of diagnoses) {
    const { kind, host, commands = [] } = action ?? {};
    const node = nodes.names.find((name) => name === host);
    if (kind === 'fix' && node !== undefined) await nodes.inside(node, lineOf(commands));
  }
}
