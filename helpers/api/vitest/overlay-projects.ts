import { extname, join, relative } from 'node:path';
import type { Plugin, TestProjectInlineConfiguration } from 'vitest/config';
import { InputError } from '../../process/errors/input-error.ts';
import { type QualityGate, qualityGate } from '../../report/run/quality-gate.ts';
import { type FoundTopology, findTopologies } from './find-topologies.ts';
import type { NeededStages } from './needed-stage.ts';
import { overlayPlugin } from './report-at-exit.ts';

export type { NeededStages } from './needed-stage.ts';

/** The tests of a run, and the clusters that they need. */
export interface OverlayOptions {
  /**
   * Topologies: files by path or pattern, built-in topologies by name. Default: every `topology.ts`, `.mts`, `.js`, `.mjs`
   * and `.json`.
   */
  readonly topologies?: readonly string[];
  /** Patterns of test files. Default: all tests in the folder of the topology. */
  readonly include?: readonly string[];
  /** The last stage that a test file needs, by the end of its path. Other files need all stages. */
  readonly needs?: NeededStages;
  /** Limits of each test and each hook, in milliseconds. Default: 60 000. */
  readonly timeout?: number;
  /** False writes no report. Default: true. */
  readonly report?: boolean;
  /**
   * Rules of Allure's quality gate: `minTestsCount`, and `maxDuration` of a test in milliseconds. A run that breaks one of
   * them fails, even if all tests pass.
   */
  readonly qualityGate?: QualityGate;
  /** The folder that paths and patterns begin at. Default: the working directory. */
  readonly root?: string;
}

/** A Vitest project with a topology, for `test.projects`. */
export type OverlayProject = TestProjectInlineConfiguration & {
  readonly plugins: Plugin[];
  readonly test: { readonly name: string; readonly include: string[] };
};

const allTopologies = '**/topology.{ts,mts,js,mjs,json}';
const allTests = '**/*.{spec,test}.{ts,mts,js,mjs}';
const extension = extname(import.meta.filename);
const globalSetup = join(import.meta.dirname, `global-setup${extension}`);
const workerSetup = join(import.meta.dirname, `../../report/vitest/worker-setup${extension}`);

/**
 * Returns one Vitest project for each topology, with the topology's name. A run brings each cluster up, runs its test
 * files one after the other, and tears it down. The report is `reports/allure-report/index.html`.
 *
 *     export default defineConfig({ test: { projects: await overlayProjects() } });
 */
export async function overlayProjects({
  topologies = [allTopologies],
  include,
  needs = {},
  timeout = 60_000,
  report = true,
  qualityGate: gate,
  root = process.cwd(),
}: OverlayOptions = {}): Promise<OverlayProject[]> {
  const found = await findTopologies(topologies, root);
  return found.map((topology, index) => ({
    plugins: [overlayPlugin(index + 1, report, parseGate(gate))],
    test: {
      name: topology.name,
      root,
      include: [...(include ?? testsOf(topology, root))],
      // One cluster, so one file at a time, in one process.
      fileParallelism: false,
      isolate: false,
      testTimeout: timeout,
      hookTimeout: timeout,
      globalSetup: [globalSetup],
      // Activities of the harness become steps of the report.
      setupFiles: report ? [workerSetup] : [],
      // A report shows a failed comparison's message, not its diff: values must not be shortened to "Array(3)".
      chaiConfig: { truncateThreshold: 2000 },
      provide: {
        topologySource: topology.source,
        neededStages: needs,
        writesReport: report,
      },
    },
  }));
}

function parseGate(gate: QualityGate | undefined): QualityGate | undefined {
  if (gate === undefined) return undefined;
  const { data, error } = qualityGate.safeParse(gate);
  if (data !== undefined) return data;
  throw new InputError({
    code: 'input-invalid',
    subject: 'overlayProjects: qualityGate',
    observed: error.issues.map(({ message }) => message).join('; '),
    hint: 'use minTestsCount and maxDuration',
  });
}

function testsOf({ folder }: FoundTopology, root: string): string[] {
  return [folder === undefined ? allTests : join(relative(root, folder), allTests)];
}
