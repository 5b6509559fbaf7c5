import { join } from 'node:path';
import { overlayProjects } from 'overlay-e2e/vitest';
import { defineConfig } from 'vitest/config';
import { SpecsReporter } from './helpers/cli/specs-reporter.ts';
import { cacheFolder } from './helpers/debian/cache/cache.ts';
import { allureReporters } from './helpers/report/vitest/vitest-reporters.ts';
import { tutorialTopologies } from './helpers/topology/topologies.ts';
import { allowedSkips } from './specs/allowed-skips.ts';
import { describeUnknownProject } from './specs/require-projects.ts';
import { neededStages } from './specs/seed/stages.ts';
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

/**
 * The environment of specs that start commands. Parallel state directories cannot share the subnet that a user chose for the
 * seed, and the findings of injected defects are not for the summary and the annotations of a job.
 */
const ofSpecs = { E2E_SUBNET: '', GITHUB_ACTIONS: '', GITHUB_STEP_SUMMARY: '' };

/** One topology on one engine. `npm run matrix` runs all combinations in turn and merges their results. */
const combination = process.env['E2E_COMBINATION'];
const clusters =
  combination === undefined ? tutorialTopologies.map(({ name }) => name) : [combination];

/** The tutorial's specs on each cluster kind; the project's name is the topology's. */
const ofTutorial = await overlayProjects({
  topologies: clusters,
  include: ['specs/seed/**/*.spec.ts'],
  needs: neededStages,
});
/** Folders with a user-defined topology, each a project with the topology's name. */
const own = await overlayProjects({ topologies: ['specs/*/topology.ts'] });
/** Services of a swarm need IPVS and ESP, for which machines get their own kernel: only if they are requested. */
const ofServices = isRequested('swarm-services')
  ? await overlayProjects({
      topologies: ['swarm-services'],
      include: ['specs/swarm-services/**/*.spec.ts'],
      timeout: 900_000,
    })
  : [];
const onOneCluster = [...ofTutorial, ...own, ...ofServices];

/** A project that runs only if it is requested. */
interface RequestedProject {
  readonly name: string;
  readonly include: string[];
  /** Its place among these projects, which run after those on one cluster. */
  readonly order: number;
  readonly testTimeout: number;
  readonly hookTimeout: number;
  readonly fileParallelism?: boolean;
  readonly isolate?: boolean;
  readonly maxWorkers?: number;
}

/** Settings of specs that create their own machines. */
const ofMachines = {
  // For tests that hang: with half of the processor time, some that pass take three minutes.
  testTimeout: 400_000,
  hookTimeout: 400_000,
  // A process for each file would spend half a second to start.
  isolate: false,
  // More than the processors of a CI machine: these specs spend more than half of their time waiting.
  maxWorkers: 6,
};

/** Projects whose specs take minutes. */
const onRequest: readonly RequestedProject[] = [
  {
    // Machines with their own kernel are slow.
    name: 'uml',
    include: ['specs/machine/contract-uml.spec.ts', 'specs/uml/**/*.spec.ts'],
    order: 2,
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
  {
    // The package, the executable and the image on other machines.
    name: 'package',
    include: ['specs/package/**/*.spec.ts'],
    order: 3,
    testTimeout: 300_000,
    hookTimeout: 180_000,
  },
  {
    // Recordings of docker-machine, and machines that its provider creates: hundreds of processes.
    name: 'machine-cli',
    include: [
      'specs/machine-cli/{beyond-recordings,errors,machines}.spec.ts',
      'specs/machine/contract-docker-machine.spec.ts',
    ],
    order: 4,
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
  {
    // Faults, measurements of throughput, killed runs and a rolling upgrade.
    name: 'faults',
    include: [
      'specs/fault/**/*.spec.ts',
      'specs/perf/**/*.spec.ts',
      'specs/topology/killed.spec.ts',
      'specs/engine-versions/rolling-upgrade.spec.ts',
    ],
    order: 5,
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
  {
    // Rare conditions, whose specs would make a run on every push a fifth longer.
    name: 'extended',
    include: [
      'specs/broken-clusters/**/*.spec.ts',
      'specs/cli/bench.spec.ts',
      'specs/engine-versions/abilities.spec.ts',
      'specs/machine/{killed-docker-machine,netns-disk,netns-many}.spec.ts',
      'specs/matrix/**/*.spec.ts',
      'specs/own-specs/**/*.spec.ts',
      'specs/topology/{converge,many-hosts,npm-run-e2e}.spec.ts',
    ],
    order: 6,
    ...ofMachines,
  },
];

const projectNames = new Set([
  'unit',
  'machines',
  ...onRequest.map(({ name }) => name),
  'swarm-services',
  ...onOneCluster.map(({ test }) => test.name),
]);
const unknown = describeUnknownProject(process.argv.slice(2), [...projectNames]);
if (unknown !== undefined) {
  console.error(`✖ ${unknown}`);
  // The exit code for wrong usage, as in every command of this project.
  process.exit(2);
}

/**
 * All projects of a run without a choice run at the same time. Otherwise, one after the other: the report of a chosen
 * cluster then has the tutorial's order.
 */
const together =
  combination === undefined && !process.argv.some((word) => /^--project(?:=|$)/.test(word));
/** A watch follows imports through Vite's module graph; a single run does not need it. */
const watches = !process.argv.includes('run');

/** Returns true if the command line names a project that a run leaves out otherwise. */
function isRequested(name: string): boolean {
  return process.argv.some((word) => word === name || word === `--project=${name}`);
}

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
        plugins: [specOrder(0)],
        test: {
          ...common,
          name: 'unit',
          env: ofSpecs,
          include: ['specs/unit/**/*.spec.ts'],
          isolate: false,
          ...(together ? { maxWorkers: ofMachines.maxWorkers } : {}),
        },
      },
      {
        // All other specs: they create their own machines, state directories and topologies.
        plugins: [specOrder(together ? 0 : onOneCluster.length + 1)],
        test: {
          ...common,
          name: 'machines',
          env: ofSpecs,
          include: ['specs/*/**/*.spec.ts'],
          exclude: [
            'specs/unit/**',
            'specs/seed/**',
            'specs/swarm-services/**',
            ...onRequest.flatMap(({ include }) => include),
            ...own.flatMap(({ test }) => test.include),
          ],
          ...ofMachines,
        },
      },
      ...onRequest
        .filter(({ name }) => isRequested(name))
        .map(({ order, ...project }) => ({
          plugins: [specOrder(onOneCluster.length + order)],
          test: { ...common, env: ofSpecs, ...project },
        })),
      ...onOneCluster.map((project, index) => ({
        ...project,
        // Vitest uses the plugins of projects, not those of the root. The project's own plugin would build the report at the
        // exit of the process, as specs/run.sh does.
        plugins: [specOrder(together ? 0 : index + 1)],
        test: together
          ? {
              ...project.test,
              fileParallelism: true,
              maxWorkers: ofMachines.maxWorkers,
              setupFiles: [project.test.setupFiles ?? [], './specs/one-at-a-time.ts'].flat(),
            }
          : project.test,
      })),
    ],
  },
});
