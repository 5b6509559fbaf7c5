/**
 * `npm run confusion`: brings every defect about on every kind of cluster that can have it, one after the other, and
 * audits healthy clusters of every kind again and again, also while the machine is busy. What was injected and what was
 * reported goes into docs/, as numbers and as a picture.
 *
 *     npm run confusion -- --only forwarding --healthy 0 --into /tmp/matrix
 */
import { parseArgs } from 'node:util';
import { HarnessError } from '../../helpers/process/harness-error.ts';
import { auditHealthyClusters } from './audit-healthy.ts';
import { defectsOn, findMistakes, runDefects } from './defect.ts';
import { allDefects } from './defects/all.ts';
import { type ConfusionRun, runOf } from './confusion-run.ts';
import { standUpLab } from './stand-up-lab.ts';
import { type ClusterKind, clusterKinds } from './topologies.ts';
import { writeConfusion } from './write-confusion.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    healthy: { type: 'string', default: '50' },
    into: { type: 'string', default: 'docs' },
  },
});
const chosen = allDefects.filter(({ code, way }) =>
  new RegExp(values.only).test(`${code}: ${way}`),
);

try {
  const runs: ConfusionRun[] = [];
  for (const kind of clusterKinds) runs.push(...(await breakAll(kind)));
  runs.push(...(await auditHealthyClusters(Number(values.healthy))));
  await writeConfusion(values.into, runs);
  const wrong = runs.filter(({ mistakes }) => mistakes.length > 0);
  console.log(`${runs.length} audits, ${wrong.length} of them with mistakes`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
} catch (error) {
  console.error(`npm run confusion: ${error instanceof HarnessError ? error.line : String(error)}`);
  process.exitCode = 1;
}

async function breakAll(kind: ClusterKind): Promise<ConfusionRun[]> {
  const defects = defectsOn(kind, chosen);
  if (defects.length === 0) return [];
  await using lab = await standUpLab(kind);
  const runs: ConfusionRun[] = [];
  for (const defect of defects) {
    const { broken, mended } = await runDefects(lab, [defect]);
    const mistakes = findMistakes([defect], broken.diagnoses);
    runs.push(
      runOf(broken, { cluster: kind, injected: defect.code, way: defect.way, mistakes }),
      runOf(mended, { cluster: kind, injected: 'healthy', way: 'after a defect was mended' }),
    );
    const outcome = mistakes.length === 0 ? 'found' : mistakes.join('; ');
    console.log(`${kind}: ${defect.code}, ${defect.way}: ${outcome}`);
  }
  return runs;
}
