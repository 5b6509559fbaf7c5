import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drawConfusionMatrix, tableOfConfusion } from './draw-confusion-matrix.ts';
import type { ConfusionRun } from './confusion-run.ts';
import { defectsOn } from './defect.ts';
import { allDefects } from './defects/all.ts';
import { clusterKinds } from './topologies.ts';

const dataFile = 'diagnosis-matrix.json';

/** What an earlier run wrote into that folder. */
export async function readConfusion(folder: string): Promise<readonly ConfusionRun[]> {
  const text = await readFile(join(folder, dataFile), 'utf8');
  const { runs } = JSON.parse(text) as { runs: readonly ConfusionRun[] };
  return runs;
}

/** Writes what audits said of what: as data, as a picture, and as a page with both and with every mistake. */
export async function writeConfusion(folder: string, runs: readonly ConfusionRun[]): Promise<void> {
  const data = { runs };
  await mkdir(join(folder, 'pictures'), { recursive: true });
  const json = `${JSON.stringify({ runs }, null, 2)}\n`;
  await writeFile(join(folder, dataFile), json);
  const svg = await drawConfusionMatrix(data);
  await writeFile(join(folder, 'pictures/diagnosis-matrix.svg'), svg);
  await writeFile(join(folder, 'diagnosis-matrix.md'), describeRuns(runs));
}

function describeRuns(runs: readonly ConfusionRun[]): string {
  return `# What was injected, and what was reported

Written by \`npm run confusion\`. It brings every defect of [specs/diagnosis/defects](../specs/diagnosis/defects) about on
real clusters, one at a time, audits, mends it, and audits again; and it audits healthy clusters of every kind, also while
two programs for each processor do nothing but reckon. [The same as data](diagnosis-matrix.json).

![The matrix](pictures/diagnosis-matrix.svg)

${tableOfConfusion({ runs })}
${tableOfMistakes(runs)}${tableOfLeftOut(runs)}`;
}

/** What a run was cut short of, or could not bring about, is not passed over. */
function tableOfLeftOut(runs: readonly ConfusionRun[]): string {
  const leftOut = clusterKinds.flatMap((kind) =>
    defectsOn(kind, allDefects)
      .filter(
        ({ code, way }) =>
          !runs.some((run) => run.cluster === kind && run.injected === code && run.way === way),
      )
      .map(({ code, way }) => `- ${kind}, ${code}, ${way}`),
  );
  if (leftOut.length === 0) return '';
  return `
## What this run did not bring about

${leftOut.join('\n')}
`;
}

function tableOfMistakes(runs: readonly ConfusionRun[]): string {
  const wrong = runs.filter(({ mistakes }) => mistakes.length > 0);
  if (wrong.length === 0) return '';
  const lines = wrong.map(
    ({ injected, way, cluster, mistakes }) =>
      `- ${cluster}, ${injected}, ${way}: ${mistakes.join('; ')}`,
  );
  return `
## What was wrong

${lines.join('\n')}
`;
}
