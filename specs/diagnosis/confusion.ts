/**
 * `npm run confusion`: injects every defect into every kind of cluster that can have it, one at a time. Clusters of the
 * tutorial run in parallel, and then the others one by one: Debian's next engine, and machines with their own kernel. Then
 * it checks healthy clusters of every kind repeatedly, on an idle and on a busy machine, and during rolling updates. It writes
 * injected defects and findings to docs/, as data and as a picture.
 *
 * With `--only` and `--on`, it keeps the results of an earlier run for all other defects and clusters:
 *
 *     npm run confusion -- --only forwarding --healthy 0 --into /tmp/matrix
 *     npm run confusion -- --on swarm-mode@forky --healthy 0
 *
 * With `--audits`, it stores the report of each check of a defect in that folder, as data for unit specs.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { DiagnosisCode } from '../../helpers/check/model/codes.ts';
import type { AuditReport } from '../../helpers/check/model/report.ts';
import { toCount } from '../../helpers/cli/overlay-e2e/commands/argument-parsers.ts';
import { findTopology } from '../../helpers/topology/topologies.ts';
import { HarnessError } from '../../helpers/process/errors/harness-error.ts';
import { auditHealthyClusters } from './audit-healthy.ts';
import { type ConfusionRun, runOf } from './confusion-run.ts';
import {
  type MatrixCheck,
  type MatrixCluster,
  type MatrixDefect,
  type MatrixLab,
  nameOf,
} from './matrix-cluster.ts';
import { furtherClusters, tutorialClusters } from './matrix-clusters.ts';
import { readConfusion, writeConfusion } from './write-confusion.ts';

const program = new Command('npm run confusion --')
  .description('Injects every defect into every kind of cluster, and checks healthy clusters.')
  .option('--only <pattern>', 'only defects whose names match this regular expression', toPattern)
  .option('--on <cluster>', 'only this cluster, such as swarm-mode@forky')
  .option('--healthy <times>', 'checks of each healthy cluster', toCount, 50)
  .option('--into <folder>', 'folder of the results', 'docs')
  .option('--audits <folder>', 'store the report of each check of a defect in this folder')
  .showSuggestionAfterError()
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .parse();
const values = program.opts<{
  only?: RegExp;
  on?: string;
  healthy: number;
  into: string;
  audits?: string;
}>();
const isChosen = (name: string) => values.only?.test(name) ?? true;
const isIncluded = (cluster: string) => values.on === undefined || values.on === cluster;

const runs: ConfusionRun[] = [];

/** Writes all results after each check, because a run takes long and may be interrupted. */
async function record(...more: readonly ConfusionRun[]): Promise<void> {
  runs.push(...more);
  await writeConfusion(values.into, runs);
}

try {
  const names = [...tutorialClusters, ...furtherClusters].map(({ name }) => name);
  if (values.on !== undefined && !names.includes(values.on)) findTopology(values.on);
  const isWhole = values.only === undefined && values.on === undefined;
  const earlier = isWhole ? [] : await readConfusion(values.into);
  await record(...earlier.filter((run) => !isRepeated(run)));
  await Promise.all(tutorialClusters.filter(({ name }) => isIncluded(name)).map(breakAll));
  for (const cluster of furtherClusters.filter(({ name }) => isIncluded(name))) {
    await breakAll(cluster);
  }
  await auditHealthyClusters(values.healthy, record, isIncluded);
  const wrong = runs.filter(({ mistakes }) => mistakes.length > 0);
  console.log(`${runs.length} checks, ${wrong.length} with mistakes`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
} catch (error) {
  console.error(`npm run confusion: ${error instanceof HarnessError ? error.line : String(error)}`);
  process.exitCode = 1;
}

/** Returns true for an earlier result that this run replaces. */
function isRepeated({ cluster, injected, way, after }: ConfusionRun): boolean {
  if (!isIncluded(cluster)) return false;
  if (injected === 'healthy' && after === undefined) return values.healthy > 0;
  return isChosen(after ?? nameOf({ code: injected as DiagnosisCode, way }));
}

async function breakAll(cluster: MatrixCluster): Promise<void> {
  let left = [...cluster.defects.keys()].filter((index) =>
    isChosen(nameOf(cluster.defects[index] as MatrixDefect)),
  );
  const refusal = left.length === 0 ? undefined : await cluster.whyNot?.();
  if (refusal !== undefined) {
    console.log(`${cluster.name}: skipped: ${refusal}`);
    return;
  }
  while (left.length > 0) {
    await using lab = await cluster.bringUp();
    const done = await breakUntilUnhealthy(cluster, lab, left);
    left = left.slice(done);
  }
}

/**
 * Injects defects until the cluster no longer recovers, and returns the number of injected defects. A restarted engine
 * of Docker 20.10 does not always rejoin its overlay networks. The remaining defects then need a new cluster.
 */
async function breakUntilUnhealthy(
  { name: cluster, defects }: MatrixCluster,
  lab: MatrixLab,
  indexes: readonly number[],
): Promise<number> {
  const { engine } = lab;
  for (const [done, index] of indexes.entries()) {
    const defect = defects[index] as MatrixDefect;
    const { code, way } = defect;
    const broken = await unlessHarnessFails(`${cluster}: ${code}, ${way}`, lab.checkWith(index));
    if (broken === undefined) return done + 1;
    const { report, mistakes } = broken;
    await keepAudit(`${cluster} ${code} ${way}`, report);
    await record(runOf(report, { cluster, engine, injected: code, way, mistakes }));
    const outcome = mistakes.length === 0 ? 'found' : mistakes.join('; ');
    console.log(`${cluster}: ${code}, ${way}: ${outcome}`);
    if (defect.isPermanent === true) return done + 1;
    const hasRecovered = await unlessHarnessFails(
      `${cluster}: wait for recovery`,
      undo(broken, lab),
    );
    if (hasRecovered === undefined) return done + 1;
    const afterUndo = await lab.audit();
    const recovered = runOf(afterUndo, {
      cluster,
      engine,
      injected: 'healthy',
      way: 'after a defect was undone',
      after: nameOf(defect),
    });
    await record(recovered);
    if (recovered.mistakes.length === 0) continue;
    await keepAudit(`${cluster} after ${code} ${way}`, afterUndo);
    console.log(
      `${cluster}: continue on a new cluster; this one is not healthy: ${recovered.mistakes.join('; ')}`,
    );
    return done + 1;
  }
  return indexes.length;
}

async function undo(broken: MatrixCheck, lab: MatrixLab): Promise<true> {
  await broken.undo?.();
  await lab.recover();
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

function toPattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw new InvalidArgumentError('It must be a regular expression.');
  }
}
