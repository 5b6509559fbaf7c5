/**
 * `npm run confusion`: brings every defect about on every kind of cluster that can have it, one after the other, the
 * kinds side by side, and audits healthy clusters of every kind again and again, also while the machine is busy. What was
 * injected and what was reported goes into docs/, as numbers and as a picture.
 *
 * With --only, what an earlier run wrote there of the others is kept:
 *
 *     npm run confusion -- --only forwarding --healthy 0 --into /tmp/matrix
 *
 * With --audits, what each audit of a defect saw is kept in that folder: to be judged again, in a unit spec say.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { AuditReport } from '../../helpers/check/model/report.ts';
import { HarnessError } from '../../helpers/process/errors/harness-error.ts';
import { auditHealthyClusters } from './audit-healthy.ts';
import { auditBroken, type Defect, defectsOn, findMistakes } from './defect.ts';
import { allDefects } from './defects/all.ts';
import { type ConfusionRun, runOf } from './confusion-run.ts';
import type { DiagnosisLab } from './lab.ts';
import { bringUpLab } from './bring-up-lab.ts';
import { type ClusterKind, clusterKinds } from './topologies.ts';
import { readConfusion, writeConfusion } from './write-confusion.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    healthy: { type: 'string', default: '50' },
    into: { type: 'string', default: 'docs' },
    audits: { type: 'string' },
  },
});
const nameOf = ({ code, way }: Pick<Defect, 'code' | 'way'>) => `${code}: ${way}`;
const isChosen = (name: string) => new RegExp(values.only).test(name);
const chosen = allDefects.filter((defect) => isChosen(nameOf(defect)));

const runs: ConfusionRun[] = [];

/** What there is so far is written each time: a run takes long, and may be cut short. */
async function record(...more: readonly ConfusionRun[]): Promise<void> {
  runs.push(...more);
  await writeConfusion(values.into, runs);
}

try {
  const earlier = values.only === '' ? [] : await readConfusion(values.into);
  await record(
    ...earlier.filter(
      ({ injected, way, after }) =>
        !isChosen(injected === 'healthy' ? (after ?? '') : nameOf({ code: injected, way })),
    ),
  );
  await Promise.all(clusterKinds.map(breakAll));
  await auditHealthyClusters(Number(values.healthy), record);
  const wrong = runs.filter(({ mistakes }) => mistakes.length > 0);
  console.log(`${runs.length} audits, ${wrong.length} of them with mistakes`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
} catch (error) {
  console.error(`npm run confusion: ${error instanceof HarnessError ? error.line : String(error)}`);
  process.exitCode = 1;
}

async function breakAll(kind: ClusterKind): Promise<void> {
  let left: readonly Defect[] = defectsOn(kind, chosen);
  while (left.length > 0) {
    await using lab = await bringUpLab(kind);
    const done = await breakUntilUnmended(lab, left);
    left = left.slice(done);
  }
}

/**
 * Gives how many were brought about. An engine of Docker 20.10 that was restarted does not always find back into its
 * overlays: a cluster that does not come to itself is left, and the rest is brought about on a new one.
 */
async function breakUntilUnmended(lab: DiagnosisLab, defects: readonly Defect[]): Promise<number> {
  for (const [index, defect] of defects.entries()) {
    const { code, way } = defect;
    const broken = await unlessRefused(`${lab.kind}: ${code}, ${way}`, auditBroken(lab, [defect]));
    if (broken === undefined) return index + 1;
    await keepAudit(`${lab.kind} ${code} ${way}`, broken);
    const mistakes = findMistakes([defect], broken.diagnoses);
    await record(runOf(broken, { cluster: lab.kind, injected: code, way, mistakes }));
    const outcome = mistakes.length === 0 ? 'found' : mistakes.join('; ');
    console.log(`${lab.kind}: ${code}, ${way}: ${outcome}`);
    if (defect.isLasting === true) return index + 1;
    const isItself = await unlessRefused(`${lab.kind}: come to itself`, comeToItself(lab));
    if (isItself === undefined) return index + 1;
    const healed = await lab.audit();
    const mended = runOf(healed, {
      cluster: lab.kind,
      injected: 'healthy',
      way: 'after a defect was undone',
      after: nameOf(defect),
    });
    await record(mended);
    if (mended.mistakes.length === 0) continue;
    await keepAudit(`${lab.kind} after ${code} ${way}`, healed);
    console.log(
      `${lab.kind}: a new cluster, as this one is not healthy: ${mended.mistakes.join('; ')}`,
    );
    return index + 1;
  }
  return defects.length;
}

/** Also the host that has but one container, whose kernel has the overlay for that alone. */
async function comeToItself(lab: DiagnosisLab): Promise<true> {
  await lab.settle();
  const holder = await lab.container('third-host', 'holder');
  await holder.addressOn('my-net');
  return true;
}

async function keepAudit(what: string, report: AuditReport): Promise<void> {
  if (values.audits === undefined) return;
  await mkdir(values.audits, { recursive: true });
  const file = `${what.replaceAll(/[^\w-]+/g, '-')}.json`;
  await writeFile(join(values.audits, file), JSON.stringify(report, null, 2));
}

/** What could not be done on a cluster is told, and leaves no number: the next is done on a new one. */
async function unlessRefused<T>(what: string, doing: Promise<T>): Promise<T | undefined> {
  try {
    return await doing;
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    console.log(`${what}: a new cluster, as this one does not: ${error.line}`);
    return undefined;
  }
}
