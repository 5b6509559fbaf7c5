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

// Node keeps what it compiled: each process that runs specs, one for each change in a watch, starts quicker.
process.env['NODE_COMPILE_CACHE'] ??= join(cacheFolder(), 'compiled');

/** What all projects share. No retries: a flake is a defect, ours or Docker's, and gets explained. */
const common = {
  // A report shows a failed comparison's message, not its diff: what differs must not be shortened to «Array(3)».
  chaiConfig: { truncateThreshold: 2000 },
  // What the harness does becomes steps of the report.
  setupFiles: ['./helpers/report/vitest/worker-setup.ts'],
  // Limits are for what hangs; machines that are shared with others are slow at times.
  testTimeout: 60_000,
  hookTimeout: 60_000,
};

/** One topology on one engine, whose results are added to those of others: `npm run matrix` runs them in turn. */
const combination = process.env['E2E_COMBINATION'];
const clusters = combination === undefined ? topologies.map(({ name }) => name) : [combination];

const own = await findOwnTopologies();

const unknown = describeUnknownProject(process.argv.slice(2), [
  'unit',
  'machines',
  ...clusters,
  ...own.map(({ name }) => name),
]);
if (unknown !== undefined) {
  console.error(`✖ ${unknown}`);
  // Wrong usage, as every command of this project has it.
  process.exit(2);
}

/** What shares one cluster: one file after the other, in one process. Its global set-up makes the cluster. */
const onOneCluster = {
  ...common,
  globalSetup: ['./specs/seed/global-setup.ts'],
  fileParallelism: false,
  isolate: false,
};

/** A watch follows imports through Vite's module graph; a run that ends needs none. */
const watches = !process.argv.includes('run');

export default defineConfig({
  test: {
    // Node runs TypeScript as it stands, and keeps what it compiled: Vite would transform every file again in each run.
    experimental: { viteModuleRunner: watches },
    // A take-down that is slow must not be cut off in its middle.
    teardownTimeout: 120_000,
    // What makes machines takes its time; only what is slow even so gets a line of its own.
    slowTestThreshold: 10_000,
    reporters: [
      new SpecsReporter(),
      ...allureReporters({ add: combination !== undefined, allowedSkips }),
    ],
    projects: [
      {
        // No root, no engines, seconds. None leaves anything in its process, so that one process serves many.
        test: { ...common, name: 'unit', include: ['specs/unit/**/*.spec.ts'], isolate: false },
      },
      {
        // Everything else: specs that make machines, stores and topologies of their own.
        plugins: [specOrder(clusters.length + own.length + 1)],
        test: {
          ...common,
          name: 'machines',
          // Several stores at once cannot be in the one range that a user has named for the seed's.
          env: { E2E_SUBNET: '' },
          include: ['specs/*/**/*.spec.ts'],
          exclude: ['specs/unit/**', 'specs/seed/**', ...own.map(({ folder }) => `${folder}/**`)],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // More than a machine of continuous integration has processors: more than half of their time is waiting.
          maxWorkers: 5,
        },
      },
      // The tutorial's specs on each kind of cluster, the topology of the project's name.
      ...clusters.map((name, index) => ({
        // Vitest asks the plugins of projects, not those of the whole.
        plugins: [specOrder(index + 1)],
        test: {
          ...onOneCluster,
          name,
          include: ['specs/seed/**/*.spec.ts'],
        },
      })),
      // Folders with a topology of their own, each a project of the topology's name.
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
