import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConfusionRun } from './confusion-run.ts';

/** Writes what audits said of what, as data. */
export async function writeConfusion(folder: string, runs: readonly ConfusionRun[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'diagnosis-matrix.json'), `${JSON.stringify({ runs }, null, 2)}\n`);
}
