import type { DiagnosisCode } from '../../helpers/check/model/codes.ts';
import { lineOf } from '../../helpers/check/model/command.ts';
import type { Place } from '../../helpers/check/model/difference.ts';
import type { Diagnosis } from '../../helpers/check/model/diagnosis.ts';
import type { AuditReport } from '../../helpers/check/model/report.ts';
import { breakCluster, type Fault } from '../faults/fault.ts';
import type { DiagnosisLab } from './lab.ts';
import { type ClusterKind, clusterKinds } from './topologies.ts';

/** One way to bring a defect about, and what an audit must say of it. */
export interface Defect {
  readonly code: DiagnosisCode;
  /** How it is brought about, in a few words that no other way has. */
  readonly way: string;
  /** The kinds of clusters that can have it so; both when absent. */
  readonly on?: readonly ClusterKind[];
  /** Where it must be said to be: what is given here must be so there. */
  readonly where: Place;
  /** More places of the same defect, where one cause shows at several. */
  readonly also?: readonly Place[];
  /** Whether the cluster works all the same: it is audited when it does. */
  readonly isBearable?: boolean;
  /** Whether engines stay confused by it whatever is mended: the cluster is of no use afterwards. */
  readonly isLasting?: boolean;
  fault(lab: DiagnosisLab): Fault | Promise<Fault>;
}

/** The defects of clusters of that kind. */
export function defectsOn(kind: ClusterKind, defects: readonly Defect[]): Defect[] {
  return defects.filter(({ on = clusterKinds }) => on.includes(kind));
}

/** What an audit says while these defects are there. They are mended when this returns. */
export async function auditBroken(
  lab: DiagnosisLab,
  defects: readonly Defect[],
): Promise<AuditReport> {
  await using faults = new AsyncDisposableStack();
  for (const defect of defects) faults.use(await breakCluster(await defect.fault(lab)));
  if (defects.every(({ isBearable = false }) => isBearable)) await lab.settle();
  return await lab.audit();
}

/** What an audit says before and after somebody types each fix that it prints, as it is, on the host that it names. */
export async function typeFixes(
  lab: DiagnosisLab,
  defects: readonly Defect[],
): Promise<{ readonly before: AuditReport; readonly after: AuditReport }> {
  const mends: (() => Promise<void>)[] = [];
  for (const defect of defects) mends.push(await (await defect.fault(lab)).inject());
  const before = await lab.audit();
  for (const { remedy } of before.diagnoses) {
    const { kind, host, commands = [] } = remedy ?? {};
    if (kind !== 'fix' || host === undefined) continue;
    await lab.provider.run(host, ['sh', '-ec', lineOf(commands)]);
  }
  const after = await lab.audit();
  // What the fixes have restored is not there to be undone.
  if (after.verdict !== 'healthy') for (const mend of mends.toReversed()) await mend();
  return { before, after };
}

/** What is not as it must be in the diagnoses of a cluster that has these defects and no others; empty when all is. */
export function findMistakes(
  defects: readonly Defect[],
  diagnoses: readonly Diagnosis[],
): string[] {
  const missed = defects.flatMap((defect) =>
    placesOf(defect)
      .filter((place) => !diagnoses.some((one) => isOf(one, defect, place)))
      .map((place) => `not found: ${defect.code} at ${describe(place)} (${defect.way})`),
  );
  const strange = diagnoses
    .filter(
      (one) =>
        !defects.some((defect) => placesOf(defect).some((place) => isOf(one, defect, place))),
    )
    .map(({ code, where, summary }) => `not so: ${code} at ${describe(where)}: ${summary}`);
  return [...missed, ...strange];
}

/** Whether one of these diagnoses is of that defect, at one of its places. */
export function isDiagnosed(defect: Defect, diagnoses: readonly Diagnosis[]): boolean {
  return diagnoses.some((one) => placesOf(defect).some((place) => isOf(one, defect, place)));
}

function placesOf({ where, also = [] }: Defect): readonly Place[] {
  return [where, ...also];
}

function isOf({ code, where }: Diagnosis, defect: Defect, place: Place): boolean {
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
