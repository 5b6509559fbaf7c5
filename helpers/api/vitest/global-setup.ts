import type { TestProject } from 'vitest/node';
import { showProgress } from '../../cli/progress.ts';
import type { MachineProvider } from '../../machine/machine.ts';
import { activity, inOwnScope } from '../../process/activity.ts';
import { readVariable } from '../../process/environment.ts';
import { allSettled, firstLine, HarnessError } from '../../process/errors/harness-error.ts';
import type { InterruptionWatch } from '../../process/errors/interruption.ts';
import { quoteForShell } from '../../process/run-command.ts';
import { verdictEvidence } from '../../report/findings/write-allure.ts';
import { diagnosisLabel } from '../../report/results/labels/diagnosis-label.ts';
import { type HostReport, recordHost } from '../../report/results/record-set-up.ts';
import { setUpFailed } from '../../report/run/skip-reasons.ts';
import type { Evidence } from '../../report/results/results-writer.ts';
import { chooseProviderFor } from '../../spec/choose-provider-for.ts';
import { openLab } from '../../spec/lab.ts';
import { releaseClaim } from '../../topology/bring-up/claim.ts';
import { DiagnosedFailure } from '../../topology/bring-up/diagnosed-failure.ts';
import { loadDocument, type TopologyDocument } from '../../topology/document.ts';
import { bringUp } from '../../topology/bring-up/bring-up.ts';
import { bringUpOrReuse } from '../../topology/reuse/bring-up-or-reuse.ts';
import { tearDown } from '../../topology/bring-up/tear-down.ts';
import { loadTopology } from '../../topology/describe/load-topology.ts';
import type { Stage, Topology } from '../../topology/topology.ts';
import { describeFailure } from './describe-failure.ts';
import { describeRun } from './describe-run.ts';
import { drawEndOf, drawSetUpOf } from './draw-run.ts';
import { neededStage } from './needed-stage.ts';
import { hasTopology } from '../../report/vitest/topology-project.ts';
import { isAllureReporter } from '../../report/vitest/vitest-reporters.ts';
import { watchRun } from './watch-run.ts';
import { whyNotHere } from './why-not-here.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The project's topology: the absolute path of its file, or the name of a built-in one. */
    topologySource?: string;
    /** The last stage that a spec file needs, by the end of its path. */
    neededStages?: Readonly<Record<string, Stage>>;
    /** False if the run writes no report. */
    writesReport?: boolean;
  }
}

/** A cluster that this set-up brought up and has to tear down. */
interface RunningTopology {
  readonly topology: Topology;
  readonly provider: MachineProvider;
  readonly document: TopologyDocument;
  /** True if the run writes a report. */
  readonly write: boolean;
}

/** One for each project, because all projects of a run share this module. */
const running: RunningTopology[] = [];
let watch: InterruptionWatch | undefined;

/** E2E_KEEP=1 leaves the topology running for later runs; E2E_REUSE=1 uses a remaining one if it matches. */
const keep = readVariable('E2E_KEEP') === '1';
const reuse = readVariable('E2E_REUSE') === '1';

/** The set-ups of this run. */
const begun = new Map<TestProject, Promise<void>>();

/**
 * Vitest calls it once for each project, in turn. The first call begins with the set-ups of all projects of the run: each
 * spends most of its time waiting for its engines.
 */
export async function setup(project: TestProject): Promise<void> {
  const stopProgress = await showProgress();
  try {
    for (const one of setUpTogether(project)) {
      if (begun.has(one)) continue;
      const run = inOwnScope(() => setUpProject(one));
      // The call for its project throws it.
      run.catch(() => {});
      begun.set(one, run);
    }
    await begun.get(project);
  } finally {
    stopProgress();
  }
}

/** Returns this project, and the others with topologies that have spec files in this run. */
function setUpTogether(project: TestProject): readonly TestProject[] {
  const { vitest } = project;
  // In watch mode, each project has its own modules.
  if (vitest.config.watch) return [project];
  const files = vitest.state.getPaths();
  const others = vitest.projects.filter(
    (one) => hasTopology(one) && files.some((file) => one.matchesTestGlob(file)),
  );
  return [project, ...others.filter((one) => one !== project)];
}

/**
 * Brings up the stages of the project's topology that its chosen spec files need: the built-in topology with its name,
 * or the topology in the folder of its specs.
 */
async function setUpProject(project: TestProject): Promise<void> {
  const { topologySource } = project.getProvidedContext();
  const topology = await loadTopology(topologySource ?? project.name);
  const write = writesReport(project);
  const why = whyNotHere(topology, project);
  if (why !== undefined) {
    project.provide('cannotBe', { topology: topology.name, why });
    return;
  }
  watch = watchRun(project.vitest);
  const interruption = watch;
  try {
    const document = await recordHost(
      `Set up the ${topology.name} topology`,
      async (report) => {
        const provider = await chooseProviderFor(topology);
        const found = await findOrBringUp(project, topology, provider, interruption).catch(
          (error: unknown) => {
            if (error instanceof DiagnosedFailure) addFindings(report, error);
            throw error;
          },
        );
        const lab = await openLab(found, provider);
        if (write) report.label({ ...(await describeRun(lab)) });
        const isOurs = running.some(({ provider: { store } }) => store === provider.store);
        report.attach(() => drawSetUpOf(lab, { stays: keep || !isOurs }));
        return found;
      },
      { topology: topology.name, write },
    );
    project.provide('topology', document);
  } catch (error) {
    // The report contains the error with its steps. If it were thrown, Vitest would print a stack trace and skip all
    // other projects.
    process.exitCode = 1;
    if (interruption.interrupted !== undefined) return;
    project.provide('cannotBe', { topology: topology.name, why: setUpFailed });
    console.error(describeFailure(error));
  }
}

/** Adds the findings of a check to the report, before the error of the bring-up. */
function addFindings(report: HostReport, { report: audit }: DiagnosedFailure): void {
  const codes = [...new Set(audit.diagnoses.map(({ code }) => code))];
  report.label({ [diagnosisLabel]: codes });
  report.attach(() => verdictEvidence(audit));
}

/**
 * Tears down the clusters that {@link setup} brought up; a failed bring-up has torn itself down. Vitest calls it once for
 * each project, without naming the project: the first call tears down all.
 */
export async function teardown(): Promise<void> {
  const stopProgress = await showProgress();
  try {
    const ends = running.splice(0).map((one) => inOwnScope(() => leave(one)));
    await allSettled('tear down', ends);
  } finally {
    stopProgress();
  }
  if (watch?.interrupted !== undefined) process.exitCode = watch.interrupted.exitCode;
}

async function leave({ topology, provider, document, write }: RunningTopology): Promise<void> {
  if (keep && watch?.interrupted === undefined) {
    await releaseClaim(provider.store);
    tellKept(provider.store);
    return;
  }
  const pictures = write ? await drawEnd(document, provider) : [];
  await recordHost(
    `Tear down the ${topology.name} topology`,
    async (report) => {
      report.attach(async () => pictures);
      await watch?.insistOn(async () => {
        await tearDown(provider);
      });
    },
    { topology: topology.name, phase: 'teardown', write },
  );
}

/** Draws the end of a run. A cluster without containers on its networks shows nothing that its bring-up does not. */
async function drawEnd(document: TopologyDocument, provider: MachineProvider): Promise<Evidence[]> {
  if (watch?.interrupted !== undefined || document.stage !== 'workload') return [];
  try {
    return await activity(
      'stage',
      `draw the ${document.topology} topology`,
      async () => await drawEndOf(await openLab(document, provider), watch?.signal),
    );
  } catch (error) {
    // A cluster that cannot be opened must still be torn down.
    const content = `could not be drawn: ${firstLine(error)}`;
    return [{ name: 'state at the end', type: 'text/plain', content }];
  }
}

async function findOrBringUp(
  project: TestProject,
  topology: Topology,
  provider: MachineProvider,
  interruption: InterruptionWatch,
): Promise<TopologyDocument> {
  // Specs that break a cluster run these specs on it, without repairing it.
  if (readVariable('E2E_ATTACH') === '1') return await attach(provider);
  const { neededStages } = project.getProvidedContext();
  const until = neededStage(project.vitest.state.getPaths(), topology, neededStages);
  const options = {
    until,
    watch: interruption,
    keepClaim: true,
    keepBroken: keep ? tellKept : undefined,
  };
  const { document, reused } = reuse
    ? await bringUpOrReuse(topology, provider, options)
    : { document: await bringUp(topology, provider, options), reused: false };
  if (reused) await releaseClaim(provider.store);
  else running.push({ topology, provider, document, write: writesReport(project) });
  return document;
}

/** Returns false also for a watch, and for a run with other reporters (`--reporter=dot`): no page would show its pictures. */
function writesReport(project: TestProject): boolean {
  const { reporters, watch: isWatch }: { reporters: readonly unknown[]; watch: boolean } =
    project.vitest.config;
  if (isWatch) return false;
  return project.getProvidedContext().writesReport !== false && reporters.some(isAllureReporter);
}

function tellKept(store: string): void {
  const command = `MACHINE_STORAGE_PATH=${quoteForShell(store)} npx overlay-e2e down`;
  console.log(`E2E_KEEP=1: kept the machines. Remove them with "${command}".`);
}

async function attach(provider: MachineProvider): Promise<TopologyDocument> {
  const document = await loadDocument(provider.store);
  if (document !== undefined) return document;
  throw new HarnessError({
    code: 'topology-missing',
    tried: `attach to the topology in ${provider.store}`,
    observed: 'no topology is running',
    hint: 'bring one up with "overlay-e2e up"',
  });
}
