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
    readonly message: string;
    readonly assertionResults: readonly {
      readonly title: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** Runs a file of the seed specs, as it is, on the cluster that stands in the store which `env` names. */
export async function runSeedSpecs(
  file: string,
  { env, titles }: { env: Readonly<Record<string, string>>; titles?: RegExp | undefined },
): Promise<SeedOutcome> {
  const reports = await mkdtemp(join(tmpdir(), 'overlay-e2e-broken-'));
  try {
    const json = join(reports, 'outcome.json');
    const pattern = titles === undefined ? [] : ['--testNamePattern', titles.source];
    const words = `run --configLoader native --project seed specs/seed/${file}.spec.ts --reporter json`;
    const { all } = await execa(
      process.execPath,
      [vitest, ...words.split(' '), '--outputFile', json, ...pattern],
      {
        cwd: root,
        env: { ...env, E2E_ATTACH: '1', OVERLAY_E2E_REPORTS: reports },
        extendEnv: false,
        reject: false,
        all: true,
      },
    );
    const text = await readFile(json, 'utf8').catch((cause: unknown) => {
      throw new Error(`specs/seed/${file}.spec.ts did not run:\n${all}`, { cause });
    });
    return describeOutcome(JSON.parse(text) as JsonReport, all);
  } finally {
    await rm(reports, { recursive: true, force: true });
  }
}

function describeOutcome({ testResults }: JsonReport, output: string): SeedOutcome {
  const all = testResults.flatMap(({ assertionResults }) => assertionResults);
  const titlesOf = (status: string) =>
    all.filter((one) => one.status === status).map(({ title }) => title);
  const failures = all.flatMap(({ title, failureMessages }) =>
    failureMessages.map((message) => `${title}\n${message}`),
  );
  const messages = testResults.map(({ message }) => message).filter((message) => message !== '');
  return {
    failed: titlesOf('failed'),
    passed: titlesOf('passed'),
    transcript: [...failures, ...messages, output].join('\n\n'),
  };
}
