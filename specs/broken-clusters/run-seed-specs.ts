import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

const root = join(import.meta.dirname, '../..');
const vitest = join(root, 'node_modules/vitest/vitest.mjs');

/** The titles of the specs that ran, by what came of them. */
export interface SeedOutcome {
  readonly failed: readonly string[];
  readonly passed: readonly string[];
  /** Each failed spec with its message, for people. */
  readonly transcript: string;
}

interface JsonReport {
  readonly testResults: readonly {
    /** The file's path. */
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly title: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/**
 * Runs files of the seed specs, as they are, on the cluster that stands in the store which `env` names, and gives what
 * came of each.
 *
 * @param without specs with such a title are left out
 */
export async function runSeedSpecs(
  files: readonly string[],
  { env, without }: { env: Readonly<Record<string, string>>; without: readonly RegExp[] },
): Promise<ReadonlyMap<string, SeedOutcome>> {
  const reports = await mkdtemp(join(tmpdir(), 'overlay-e2e-broken-'));
  try {
    const json = join(reports, 'outcome.json');
    const out = without.map(({ source }) => source).join('|');
    const pattern = out === '' ? [] : ['--testNamePattern', `^(?!.*(?:${out}))`];
    const words = `run --configLoader native --project seed --reporter json --outputFile ${json}`;
    const { all } = await execa(
      process.execPath,
      [vitest, ...words.split(' '), ...files.map(pathOf), ...pattern],
      {
        cwd: root,
        env: { ...env, E2E_ATTACH: '1', OVERLAY_E2E_REPORTS: reports },
        extendEnv: false,
        reject: false,
        all: true,
      },
    );
    const text = await readFile(json, 'utf8').catch((cause: unknown) => {
      throw new Error(`${files.map(pathOf).join(', ')} did not run:\n${all}`, { cause });
    });
    const { testResults } = JSON.parse(text) as JsonReport;
    return new Map(
      files.map((file) => {
        const results = testResults.filter(({ name }) => name.endsWith(pathOf(file)));
        return [file, describeOutcome(results, all)];
      }),
    );
  } finally {
    await rm(reports, { recursive: true, force: true });
  }
}

function pathOf(file: string): string {
  return `specs/seed/${file}.spec.ts`;
}

function describeOutcome(results: JsonReport['testResults'], output: string): SeedOutcome {
  const all = results.flatMap(({ assertionResults }) => assertionResults);
  const titlesOf = (status: string) =>
    all.filter((one) => one.status === status).map(({ title }) => title);
  const failures = all.flatMap(({ title, failureMessages }) =>
    failureMessages.map((message) => `${title}\n${message}`),
  );
  const messages = results.map(({ message }) => message).filter((message) => message !== '');
  return {
    failed: titlesOf('failed'),
    passed: titlesOf('passed'),
    transcript: [...failures, ...messages, output].join('\n\n'),
  };
}
