import type { DiagnosisCode } from '../../helpers/check/model/codes.ts';
import { lineOf } from '../../helpers/check/model/command.ts';
import type { Place } from '../../helpers/check/model/difference.ts';
import type { Diagnosis } from '../../helpers/check/model/diagnosis.ts';
import type { AuditReport } from '../../helpers/check/model/report.ts';
import { breakCluster, type Fault } from '../faults/fault.ts';
import type { DiagnosisLab } from './lab.ts';
import { type ClusterKind, clusterKinds } from './topologies.ts';

/** A way to inject a defect, and the findings that a check must report for it. */
export interface Defect {
  readonly code: DiagnosisCode;
  /** A short description that is unique among the ways of the code. */
  readonly way: string;
  /** The kinds of clusters to which the defect applies. Default: both. */
  readonly on?: readonly ClusterKind[];
  /** The location that the finding must have. Fields that are not set here may have any value. */
  readonly where: Place;
  /** Further locations, if the defect has findings at several. */
  readonly also?: readonly Place[];
  /** Findings of other codes that are right as well: the defect is caused by them. */
  readonly alongside?: readonly Pick<Defect, 'code' | 'where'>[];
  /** True if the cluster works with the defect. The check then starts after the cluster is ready. */
  readonly worksWithDefect?: boolean;
  /** True if engines do not recover after the defect is undone. The cluster cannot be used again. */
  readonly isPermanent?: boolean;
  fault(lab: DiagnosisLab): Fault | Promise<Fault>;
}

/** Returns the defects that apply to a kind of cluster. */
export function defectsOn(kind: ClusterKind, defects: readonly Defect[]): Defect[] {
  return defects.filter(({ on = clusterKinds }) => on.includes(kind));
}

/** Returns the report of a check while these defects exist. Undoes them before it returns. */
export async function auditBroken(
  lab: DiagnosisLab,
  defects: readonly Defect[],
): Promise<AuditReport> {
  await using faults = new AsyncDisposableStack();
  for (const defect of defects) faults.use(await breakCluster(await defect.fault(lab)));
  if (defects.every(({ worksWithDefect = false }) => worksWithDefect)) await lab.settle();
  return await lab.audit();
}

/** Returns the reports of a check before and after each printed fix was run, unchanged, on the host that it names. */
export async function typeFixes(
  lab: DiagnosisLab,
  defects: readonly Defect[],
): Promise<{ readonly before: AuditReport; readonly after: AuditReport }> {
  const undos: (() => Promise<void>)[] = [];
  for (const defect of defects) undos.push(await (await defect.fault(lab)).inject());
  const before = await lab.audit();
  for (const { action } of before.diagnoses) {
    const { kind, host, commands = [] } = action ?? {};
    if (kind !== 'fix' || host === undefined) continue;
    await lab.provider.run(host, ['sh', '-ec', lineOf(commands)]);
  }
  const after = await lab.audit();
  // Fixes have already undone the defects of a healthy cluster.
  if (after.verdict !== 'healthy') for (const undo of undos.toReversed()) await undo();
  return { before, after };
}

/** Returns the mistakes in the findings for a cluster that has exactly these defects. Empty if every finding is correct. */
export function findMistakes(
  defects: readonly Pick<Defect, 'code' | 'way' | 'where' | 'also' | 'alongside'>[],
  diagnoses: readonly Diagnosis[],
): string[] {
  const missed = defects.flatMap((defect) =>
    [defect, ...(defect.alongside ?? [])].flatMap((wanted) =>
      placesOf(wanted)
        .filter((place) => !diagnoses.some((one) => isOf(one, wanted, place)))
        .map((place) => `not found: ${wanted.code} at ${describe(place)} (${defect.way})`),
    ),
  );
  const expected = defects.flatMap((defect) => [defect, ...(defect.alongside ?? [])]);
  const unexpected = diagnoses
    .filter(
      (one) =>
        !expected.some((defect) => placesOf(defect).some((place) => isOf(one, defect, place))),
    )
    .map(({ code, where, summary }) => `unexpected: ${code} at ${describe(where)}: ${summary}`);
  return [...missed, ...unexpected];
}

/** Returns true if one of these findings is about the defect, at one of its locations. */
export function isDiagnosed(defect: Defect, diagnoses: readonly Diagnosis[]): boolean {
  return diagnoses.some((one) => placesOf(defect).some((place) => isOf(one, defect, place)));
}

/** Leaves out findings that are right next to the defect. */
export function withoutAlongside(
  { alongside = [] }: Defect,
  diagnoses: readonly Diagnosis[],
): Diagnosis[] {
  return diagnoses.filter(
    (one) => !alongside.some((right) => placesOf(right).some((place) => isOf(one, right, place))),
  );
}

function placesOf({ where, also = [] }: Pick<Defect, 'where' | 'also'>): readonly Place[] {
  return [where, ...also];
}

function isOf({ code, where }: Diagnosis, defect: Pick<Defect, 'code'>, place: Place): boolean {
  return (
    code === defect.code &&
    Object.entries(place).every(([field, value]) => where[field as keyof Place] === value)
  );
}

function describe(place: Place): string {
  return Object.entries(place)
    .filter(([, value]) => value !== undefined)
    .map(([field, value]) => `${field} ${value}`)
    .join(', ');
}
