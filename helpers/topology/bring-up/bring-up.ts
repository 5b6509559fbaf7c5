import { recordEngineLogs } from '../../machine/engine-log.ts';
import type { MachineProvider } from '../../machine/machine.ts';
import { activity } from '../../process/activity.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import type { InterruptionWatch } from '../../process/errors/interruption.ts';
import { chooseEngines } from '../choose-engines.ts';
import { chooseKernels } from '../choose-kernels.ts';
import { crowdOf } from './crowd-of.ts';
import { claimStateDirectory, releaseClaim } from './claim.ts';
import { diagnoseFailure } from './diagnosed-failure.ts';
import { loadDocument, saveDocument, type TopologyDocument } from '../document.ts';
import { noOwnWorkload, prepareOwnImages } from './prepare-own-images.ts';
import { requireStage } from './require-stage.ts';
import { requireSubnets } from '../describe/require-subnets.ts';
import { recordSetUp, saveSetUp } from './set-up-record.ts';
import { bringUpStages } from './bring-up-stages.ts';
import { formerOf } from './stages/form-cluster.ts';
import { tearDown } from './tear-down.ts';
import { TaskGroup } from './task-group.ts';
import { includesStage, lastStageOf, type Stage, type Topology } from '../topology.ts';

export interface BringUpOptions {
  /** The last stage to bring up; the topology's last stage by default. */
  readonly until?: Stage;
  /** The interruption to react to. */
  readonly watch: InterruptionWatch;
  /** Raises limits of the kernel that are too low for the machines. By default, they are an error. */
  readonly raiseLimits?: boolean;
  /**
   * Ties the machines to this process, so that they end with it (specs). By default, they remain (`up`). After the
   * process is killed, the next one takes them for the remains of a run, or for a cluster in use.
   */
  readonly keepClaim?: boolean;
  /**
   * Keeps the remains of a failed bring-up for inspection, and receives their state directory. After an interruption,
   * everything is torn down anyway.
   */
  readonly keepBroken?: ((store: string) => void) | undefined;
}

/**
 * Brings up a topology in a state directory without machines, and records its document and the activities there. Before
 * that, it tears down the remains of a killed run. After a failure or an interruption, it tears everything down before
 * it throws.
 */
export async function bringUp(
  topology: Topology,
  provider: MachineProvider,
  options: BringUpOptions,
): Promise<TopologyDocument> {
  const { until = lastStageOf(topology), watch, keepClaim = false, keepBroken } = options;
  const { raiseLimits = false } = options;
  requireStage(topology, until);
  requireSubnets(topology);
  using recorder = recordSetUp();
  const chosen = await chooseEngines(await chooseKernels(topology, provider), provider);
  await formerOf(topology.cluster).prepare?.(`bring up ${topology.name}`);
  const own = includesStage(until, 'workload')
    ? await prepareOwnImages(topology, provider)
    : noOwnWorkload;
  await provider.makeRoom(crowdOf(chosen, until), {
    tried: `bring up ${topology.name}`,
    raise: raiseLimits,
  });
  await claimEmptyDirectory(topology, provider);
  const group = new TaskGroup(watch.signal);
  try {
    const document = await activity(
      'stage',
      `bring up ${topology.name}`,
      async () => {
        const running = bringUpStages({ topology: chosen, own }, provider, until, group);
        running.catch(() => {});
        await group.finish();
        return await running;
      },
      { code: 'bring-up' },
    );
    await saveSetUp(provider.store, recorder.take(topology.name));
    await saveDocument(document);
    watch.signal.throwIfAborted();
    if (!keepClaim) await releaseClaim(provider.store);
    return document;
  } catch (error) {
    // The logs explain why an engine exited, and are removed with the machines.
    if (watch.interrupted === undefined) await recordEngineLogs(provider);
    const failure = await diagnoseFailure(error, topology, provider, watch.signal);
    if (
      keepBroken !== undefined &&
      watch.interrupted === undefined &&
      (await hasMachines(provider))
    ) {
      // On a full disk, the error still matters more than its record.
      await saveSetUp(provider.store, recorder.take(topology.name, error)).catch(() => undefined);
      await releaseClaim(provider.store);
      keepBroken(provider.store);
    } else {
      await watch.insistOn(async () => {
        await tearDown(provider);
      });
    }
    // An interruption is the cause of any failure during it.
    throw watch.interrupted ?? failure;
  }
}

async function claimEmptyDirectory(topology: Topology, provider: MachineProvider): Promise<void> {
  const { store } = provider;
  const { abandoned } = await claimStateDirectory(store, `bring up ${topology.name}`);
  if (abandoned) {
    await tearDown(provider);
    await claimStateDirectory(store, `bring up ${topology.name}`);
  }
  const machines = await provider.list();
  if (machines.length === 0) return;
  await releaseClaim(store);
  const document = await loadDocument(store).catch(() => undefined);
  const change =
    document?.topology === topology.name
      ? ', change them into this topology with --converge (--dry-run shows the changes)'
      : '';
  throw new HarnessError({
    code: 'state-in-use',
    tried: `bring up ${topology.name} in ${store}`,
    observed: `machines exist (${machines.map(({ name }) => name).join(', ')})`,
    hint: `tear them down with "overlay-e2e down", use them with --reuse${change}, or name another folder in MACHINE_STORAGE_PATH`,
  });
}

async function hasMachines(provider: MachineProvider): Promise<boolean> {
  return (await provider.list()).length > 0;
}
