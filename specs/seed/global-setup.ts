import type { TestProject } from 'vitest/node';
import { showProgress } from '../../helpers/cli/progress.ts';
import { chooseProvider } from '../../helpers/machine/choose-provider.ts';
import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { HarnessError } from '../../helpers/process/harness-error.ts';
import { InterruptionWatch } from '../../helpers/process/interruption.ts';
import { recordHost } from '../../helpers/report/record-host.ts';
import { releaseStore } from '../../helpers/topology/claim.ts';
import { loadDocument, type TopologyDocument } from '../../helpers/topology/document.ts';
import { seed } from '../../helpers/topology/seed.ts';
import { standUp } from '../../helpers/topology/stand-up.ts';
import { standUpOrReuse } from '../../helpers/topology/stand-up-or-reuse.ts';
import { takeDown } from '../../helpers/topology/take-down.ts';
import { describeRun } from './describe-run.ts';
import { stageFor } from './stages.ts';

let watch: InterruptionWatch | undefined;
let standing: MachineProvider | undefined;

/** E2E_KEEP=1 leaves the topology running for whoever comes; E2E_REUSE=1 takes one that was left, if it fits. */
const keep = process.env['E2E_KEEP'] === '1';
const reuse = process.env['E2E_REUSE'] === '1';

/** Stands up as much of the seed topology as the chosen spec files need. */
export async function setup(project: TestProject): Promise<void> {
  // Vitest ends at once on these, without any take-down; from here on they mean: stop, take down, then end.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(name);
  watch = new InterruptionWatch(() => {
    project.vitest.cancelCurrentRun('keyboard-input').catch(() => {});
  });
  const stopProgress = await showProgress();
  try {
    const interruption = watch;
    const document = await recordHost('Set up the seed topology', async () => {
      const { provider } = await chooseProvider();
      const found = await findOrStandUp(project, provider, interruption);
      await describeRun(found);
      return found;
    });
    project.provide('topology', document);
  } finally {
    stopProgress();
  }
}

/** Takes down what {@link setup} stood up; a set-up that failed has done so itself. */
export async function teardown(): Promise<void> {
  const provider = standing;
  if (provider !== undefined && keep && watch?.interrupted === undefined) {
    await releaseStore(provider.store);
    console.log(`E2E_KEEP=1: the topology is left in ${provider.store}`);
  } else if (provider !== undefined) {
    const stopProgress = await showProgress();
    try {
      await recordHost('Take down the seed topology', async () => {
        await watch?.insistOn(async () => {
          await takeDown(provider);
        });
      });
    } finally {
      stopProgress();
    }
  }
  if (watch?.interrupted !== undefined) process.exitCode = watch.interrupted.exitCode;
}

async function findOrStandUp(
  project: TestProject,
  provider: MachineProvider,
  interruption: InterruptionWatch,
): Promise<TopologyDocument> {
  // Specs that break a cluster run these specs on it, as it is.
  if (process.env['E2E_ATTACH'] === '1') return await attach(provider);
  const until = stageFor(project.vitest.state.getPaths());
  const options = {
    until,
    watch: interruption,
    keepClaim: true,
    keepBroken: keep ? tellKept : undefined,
  };
  const { document, reused } = reuse
    ? await standUpOrReuse(seed, provider, options)
    : { document: await standUp(seed, provider, options), reused: false };
  if (reused) await releaseStore(provider.store);
  else standing = provider;
  return document;
}

function tellKept(store: string): void {
  console.log(`E2E_KEEP=1: what stands is left in ${store}`);
}

async function attach(provider: MachineProvider): Promise<TopologyDocument> {
  const document = await loadDocument(provider.store);
  if (document !== undefined) return document;
  throw new HarnessError({
    tried: `attach to the topology in ${provider.store}`,
    observed: 'there is none',
    remedy: 'stand one up with «overlay-e2e up»',
  });
}
