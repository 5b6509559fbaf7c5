import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { outcomeOf, readAllureResults, readJsonReport, type SeedOutcome } from './read-outcomes.ts';

const root = join(import.meta.dirname, '../..');
const vitest = join(root, 'node_modules/vitest/vitest.mjs');

/** The options of a run of seed specs on a broken cluster. */
export interface SeedRun {
  readonly env: Readonly<Record<string, string>>;
  /** Specs with such titles are skipped. */
  readonly without: readonly RegExp[];
  /** Collects the evidence of each failure, which takes some seconds for each. Otherwise, specs only pass or fail. */
  readonly withReport: boolean;
}

/**
 * Runs files of the seed specs, unchanged, on the running cluster in the state directory of `env`, and returns the
 * results of each.
 */
export async function runSeedSpecs(
  files: readonly string[],
  { env, without, withReport }: SeedRun,
): Promise<ReadonlyMap<string, SeedOutcome>> {
  const reports = await mkdtemp(join(tmpdir(), 'overlay-e2e-broken-'));
  try {
    const json = join(reports, 'outcome.json');
    const out = without.map(({ source }) => source).join('|');
    const pattern = out === '' ? [] : ['--testNamePattern', `^(?!.*(?:${out}))`];
    const reporter = withReport ? [] : ['--reporter', 'json', '--outputFile', json];
    const words = 'run --configLoader native --project seed'.split(' ');
    const { all } = await execa(
      process.execPath,
      [vitest, ...words, ...reporter, ...files.map(pathOf), ...pattern],
      {
        cwd: root,
        env: { ...env, E2E_ATTACH: '1', OVERLAY_E2E_REPORTS: reports },
        extendEnv: false,
        reject: false,
        all: true,
      },
    );
    const read = withReport
      ? readAllureResults(join(reports, 'allure-results'))
      : readJsonReport(json);
    const results = await read.catch((cause: unknown) => {
      throw new Error(`${files.map(pathOf).join(', ')} did not run:\n${all}`, { cause });
    });
    return new Map(
      files.map((file) => {
        const own = results.filter((result) => result.file.endsWith(pathOf(file)));
        return [file, outcomeOf(own, all)];
      }),
    );
  } finally {
    await rm(reports, { recursive: true, force: true });
  }
}

function pathOf(file: string): string {
  return `specs/seed/${file}.spec.ts`;
}
