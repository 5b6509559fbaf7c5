import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { SpecsReporter } from './helpers/cli/specs-reporter.ts';
import { cacheFolder } from './helpers/debian/cache/cache.ts';
import { allureReporters } from './helpers/report/vitest/vitest-reporters.ts';
import { topologies } from './helpers/topology/topologies.ts';
import { allowedSkips } from './specs/allowed-skips.ts';
import { findOwnTopologies } from './specs/own-topologies.ts';
import { describeUnknownProject } from './specs/require-projects.ts';
import { specOrder } from './specs/spec-order.ts';

// Node caches compiled code: each process that runs specs (one for each change in a watch) starts faster.
process.env['NODE_COMPILE_CACHE'] ??= join(cacheFolder(), 'compiled');

/** Settings of all projects. No retries: a flaky test is a bug, ours or Docker's, and gets explained. */
const common = {
  // A report shows a failed comparison's message, not its diff: values must not be shortened to "Array(3)".
  chaiConfig: { truncateThreshold: 2000 },
  // Activities of the harness become steps of the report.
  setupFiles: ['./helpers/report/vitest/worker-setup.ts'],
  // Limits are for tests that hang; shared machines are slow at times.
  testTimeout: 60_000,
  hookTimeout: 60_000,
};

/** One topology on one engine. `npm run matrix` runs all combinations in turn and merges their results. */
const combination = process.env['E2E_COMBINATION'];
const clusters = combination === undefined ? topologies.map(({ name }) => name) : [combination];

const own = await findOwnTopologies();

/** Machines with their own kernel are slow: their specs run only if they are requested. */
const isUmlRequested = process.argv.some((word) => /^(?:--project=)?uml$/.test(word));
const umlSpecs = ['specs/machine/contract-uml.spec.ts', 'specs/uml/**/*.spec.ts'];

const unknown = describeUnknownProject(process.argv.slice(2), [
  'unit',
  'machines',
  'uml',
  ...clusters,
  ...own.map(({ name }) => name),
]);
if (unknown !== undefined) {
  console.error(`✖ ${unknown}`);
  // The exit code for wrong usage, as in every command of this project.
  process.exit(2);
}

/** Settings of projects with one cluster: files run sequentially in one process. The global set-up creates the cluster. */
const onOneCluster = {
  ...common,
  globalSetup: ['./specs/seed/global-setup.ts'],
  fileParallelism: false,
  isolate: false,
};

/** A watch follows imports through Vite's module graph; a single run does not need it. */
const watches = !process.argv.includes('run');

export default defineConfig({
  test: {
    // Node runs TypeScript directly and caches compiled code: Vite would transform every file in each run.
    experimental: { viteModuleRunner: watches },
    // A slow teardown must not be interrupted.
    teardownTimeout: 120_000,
    // Creating machines is slow; only slower tests get a separate line.
    slowTestThreshold: 10_000,
    reporters: [
      new SpecsReporter(),
      ...allureReporters({ add: combination !== undefined, allowedSkips }),
    ],
    projects: [
      {
        // No root, no engines, seconds. No spec changes its process, so one process runs many.
        test: { ...common, name: 'unit', include: ['specs/unit/**/*.spec.ts'], isolate: false },
      },
      {
        // All other specs: they create their own machines, state directories and topologies.
        plugins: [specOrder(clusters.length + own.length + 1)],
        test: {
          ...common,
          name: 'machines',
          // Parallel state directories cannot share the subnet that a user chose for the seed.
          env: { E2E_SUBNET: '' },
          include: ['specs/*/**/*.spec.ts'],
          exclude: [
            'specs/unit/**',
            'specs/seed/**',
            ...umlSpecs,
            ...own.map(({ folder }) => `${folder}/**`),
          ],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // More than the processors of a CI machine: specs spend more than half of their time waiting.
          maxWorkers: 5,
        },
      },
      ...(isUmlRequested
        ? [
            {
              plugins: [specOrder(clusters.length + own.length + 2)],
              test: {
                ...common,
                name: 'uml',
                env: { E2E_SUBNET: '' },
                include: umlSpecs,
                fileParallelism: false,
                testTimeout: 600_000,
                hookTimeout: 600_000,
              },
            },
          ]
        : []),
      // The tutorial's specs on each cluster kind; the project's name is the topology's.
      ...clusters.map((name, index) => ({
        // Vitest uses the plugins of projects, not those of the root.
        plugins: [specOrder(index + 1)],
        test: {
          ...onOneCluster,
          name,
          include: ['specs/seed/**/*.spec.ts'],
        },
      })),
      // Folders with a user-defined topology, each a project with the topology's name.
      ...own.map(({ name, folder, file }, index) => ({
        plugins: [specOrder(clusters.length + index + 1)],
        test: {
          ...onOneCluster,
          name,
          include: [`${folder}/**/*.spec.ts`],
          provide: { topologyFile: file },
        },
      })),
    ],
  },
});
