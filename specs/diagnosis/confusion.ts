/**
 * `npm run confusion`: injects every defect into every kind of cluster that can have it, one at a time. The kinds run
 * in parallel. Then it checks healthy clusters of every kind repeatedly, on an idle and on a busy machine. It writes
 * injected defects and findings to docs/, as data and as a picture.
 *
 * With `--only`, it keeps the results of an earlier run for all other defects:
 *
 *     npm run confusion -- --only forwarding --healthy 0 --into /tmp/matrix
 *
 * `--on swarm-mode` leaves out all other kinds. With the newest engine, in a folder with a copy of the results:
 *
 *     E2E_ENGINE_BUNDLE=forky npm run confusion -- --on swarm-mode --only rules --healthy 0 --into /tmp/matrix
 *
 * With `--audits`, it stores the report of each check of a defect in that folder, as data for unit specs.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { AuditReport } from '../../helpers/check/model/report.ts';
import { findTopology } from '../../helpers/topology/topologies.ts';
import { HarnessError } from '../../helpers/process/errors/harness-error.ts';
import { auditHealthyClusters } from './audit-healthy.ts';
import { auditBroken, type Defect, defectsOn, findMistakes, withoutAlongside } from './defect.ts';
import { allDefects } from './defects/all.ts';
import { type ConfusionRun, runOf } from './confusion-run.ts';
import type { DiagnosisLab } from './lab.ts';
import { bringUpLab } from './bring-up-lab.ts';
import { type ClusterKind, clusterKinds } from './topologies.ts';
import { readConfusion, writeConfusion } from './write-confusion.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    on: { type: 'string' },
    healthy: { type: 'string', default: '50' },
    into: { type: 'string', default: 'docs' },
    audits: { type: 'string' },
  },
});
const nameOf = ({ code, way }: Pick<Defect, 'code' | 'way'>) => `${code}: ${way}`;
const isChosen = (name: string) => new RegExp(values.only).test(name);
const isIncluded = (kind: string) => values.on === undefined || values.on === kind;
const chosen = allDefects.filter((defect) => isChosen(nameOf(defect)));

const runs: ConfusionRun[] = [];

/** Writes all results after each check, because a run takes long and may be interrupted. */
async function record(...more: readonly ConfusionRun[]): Promise<void> {
  runs.push(...more);
  await writeConfusion(values.into, runs);
}

try {
  if (values.on !== undefined) findTopology(values.on);
  const earlier = values.only === '' ? [] : await readConfusion(values.into);
  await record(
    ...earlier.filter(
      ({ injected, way, after }) =>
        !isChosen(injected === 'healthy' ? (after ?? '') : nameOf({ code: injected, way })),
    ),
  );
  await Promise.all(clusterKinds.filter(isIncluded).map(breakAll));
  await auditHealthyClusters(Number(values.healthy), record, isIncluded);
  const wrong = runs.filter(({ mistakes }) => mistakes.length > 0);
  console.log(`${runs.length} checks, ${wrong.length} with mistakes`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
} catch (error) {
  console.error(`npm run confusion: ${error instanceof HarnessError ? error.line : String(error)}`);
  process.exitCode = 1;
}

async function breakAll(kind: ClusterKind): Promise<void> {
  let left: readonly Defect[] = defectsOn(kind, chosen);
  while (left.length > 0) {
    await using lab = await bringUpLab(kind);
    const done = await breakUntilUnhealthy(lab, left);
    left = left.slice(done);
  }
}

/**
 * Injects defects until the cluster no longer recovers, and returns the number of injected defects. A restarted engine
 * of Docker 20.10 does not always rejoin its overlay networks. The remaining defects then need a new cluster.
 */
async function breakUntilUnhealthy(lab: DiagnosisLab, defects: readonly Defect[]): Promise<number> {
  for (const [index, defect] of defects.entries()) {
    const { code, way } = defect;
    const broken = await unlessHarnessFails(
      `${lab.kind}: ${code}, ${way}`,
      auditBroken(lab, [defect]),
    );
    if (broken === undefined) return index + 1;
    await keepAudit(`${lab.kind} ${code} ${way}`, broken);
    const mistakes = findMistakes([defect], broken.diagnoses);
    const diagnoses = withoutAlongside(defect, broken.diagnoses);
    const run = { cluster: lab.kind, injected: code, way, mistakes };
    await record(runOf({ ...broken, diagnoses }, run));
    const outcome = mistakes.length === 0 ? 'found' : mistakes.join('; ');
    console.log(`${lab.kind}: ${code}, ${way}: ${outcome}`);
    if (defect.isPermanent === true) return index + 1;
    const hasRecovered = await unlessHarnessFails(
      `${lab.kind}: wait for recovery`,
      waitForRecovery(lab),
    );
    if (hasRecovered === undefined) return index + 1;
    const afterUndo = await lab.audit();
    const recovered = runOf(afterUndo, {
      cluster: lab.kind,
      injected: 'healthy',
      way: 'after a defect was undone',
      after: nameOf(defect),
    });
    await record(recovered);
    if (recovered.mistakes.length === 0) continue;
    await keepAudit(`${lab.kind} after ${code} ${way}`, afterUndo);
    console.log(
      `${lab.kind}: continue on a new cluster; this one is not healthy: ${recovered.mistakes.join('; ')}`,
    );
    return index + 1;
  }
  return defects.length;
}

/** Includes the host with only one container: its kernel has the overlay network because of this container alone. */
async function waitForRecovery(lab: DiagnosisLab): Promise<true> {
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

/** Prints an error of the harness and returns undefined: the next defect needs a new cluster. */
async function unlessHarnessFails<T>(what: string, doing: Promise<T>): Promise<T | undefined> {
  try {
    return await doing;
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    console.log(`${what}: continue on a new cluster; this one failed: ${error.line}`);
    return undefined;
  }
}
