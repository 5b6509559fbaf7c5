import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drawConfusionMatrix, summaryOf, tableOfConfusion } from './draw-confusion-matrix.ts';
import type { ConfusionRun } from './confusion-run.ts';
import { furtherClusters, tutorialClusters } from './matrix-clusters.ts';

const dataFile = 'diagnosis-matrix.json';

/** Returns the runs that an earlier run wrote to a folder; none if there was no earlier run. */
export async function readConfusion(folder: string): Promise<readonly ConfusionRun[]> {
  const file = join(folder, dataFile);
  if (!existsSync(file)) return [];
  const text = await readFile(file, 'utf8');
  const { runs } = JSON.parse(text) as { runs: readonly ConfusionRun[] };
  return runs;
}

/** Writes injected defects and findings as data, as a picture, and as a page with both and a list of all mistakes. */
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
  return `# Defect matrix

**${summaryOf({ runs })}.**

\`npm run confusion\` injects every defect of [specs/diagnosis/defects](../specs/diagnosis/defects) into real clusters, one at a time. It checks the cluster, undoes the defect, and checks again. It also checks healthy clusters of every kind, on an idle machine, with two busy processes for each processor, and while a service is updated. [The same as data](diagnosis-matrix.json).

Clusters of machines with their own kernel are \`services\` and \`encryption\`, and \`own-kernel\`, a seed with one such machine. There, the printed fix undoes the defects of services and of encryption.${enginesIn(runs)}

![A row for each injected code and a column for each reported code. Correct findings are on the diagonal.](pictures/diagnosis-matrix.svg)

${tableOfConfusion({ runs })}
${tableOfMistakes(runs)}${tableOfNotInjected(runs)}`;
}

/** Returns a sentence about the engines of clusters that are named after a suite. */
function enginesIn(runs: readonly ConfusionRun[]): string {
  const engines = runs.flatMap(({ cluster, engine }) =>
    engine === undefined ? [] : [`\`${cluster}\` has engine ${engine}`],
  );
  return engines.length === 0 ? '' : ` ${[...new Set(engines)].join(', ')}.`;
}

/** Lists the defects that a run did not inject. */
function tableOfNotInjected(runs: readonly ConfusionRun[]): string {
  const notInjected = [...tutorialClusters, ...furtherClusters].flatMap(({ name, defects }) =>
    defects
      .filter(
        ({ code, way }) =>
          !runs.some((run) => run.cluster === name && run.injected === code && run.way === way),
      )
      .map(({ code, way }) => `- ${name}, ${code}, ${way}`),
  );
  if (notInjected.length === 0) return '';
  return `
## Not injected in this run

${notInjected.join('\n')}
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
## Mistakes

${lines.join('\n')}
`;
}
