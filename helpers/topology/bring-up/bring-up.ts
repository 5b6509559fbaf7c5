import { recordEngineLogs } from '../../machine/engine-log.ts';
import type { MachineProvider } from '../../machine/machine.ts';
import { activity } from '../../process/activity.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import type { InterruptionWatch } from '../../process/errors/interruption.ts';
import { chooseEngines } from '../choose-engines.ts';
import { claimStateDirectory, releaseClaim } from './claim.ts';
import { diagnoseFailure } from './diagnosed-failure.ts';
import { saveDocument, type TopologyDocument } from '../document.ts';
import { prepareOwnImages } from './prepare-own-images.ts';
import { requireStage } from './require-stage.ts';
import { requireSubnets } from '../describe/require-subnets.ts';
import { recordSetUp, saveSetUp } from './set-up-record.ts';
import { bringUpStages } from './bring-up-stages.ts';
import { formerOf } from './stages/form-cluster.ts';
import { tearDown } from './tear-down.ts';
import { TaskGroup } from './task-group.ts';
import { includesStage, lastStageOf, type Stage, type Topology } from '../topology.ts';

export interface BringUpOptions {
  /** The last stage to stand up; the topology's last when absent. */
  readonly until?: Stage;
  /** What may interrupt it. */
  readonly watch: InterruptionWatch;
  /**
   * Whether the machines belong to this process and go with it (specs), or stay for whoever comes (`up`, the default):
   * when the process is killed, the next one takes them for leftovers, or for a cluster that someone uses.
   */
  readonly keepClaim?: boolean;
  /**
   * When given, what stands when it fails is left for looking at, and this is called with the store that it is in. What
   * an interruption cuts short is taken down all the same.
   */
  readonly keepBroken?: ((store: string) => void) | undefined;
}

/**
 * Stands a topology up in a store that has no machines, and keeps its document there, and how it went. When it fails or
 * is interrupted, everything is taken down again before this throws. What a killed run left in the store is taken down
 * first.
 */
export async function bringUp(
  topology: Topology,
  provider: MachineProvider,
  options: BringUpOptions,
): Promise<TopologyDocument> {
  const { until = lastStageOf(topology), watch, keepClaim = false, keepBroken } = options;
  requireStage(topology, until);
  requireSubnets(topology);
  using recorder = recordSetUp();
  const chosen = await chooseEngines(topology, provider);
  await formerOf(topology.cluster).prepare?.(`bring up ${topology.name}`);
  const own = includesStage(until, 'workload') ? await prepareOwnImages(topology) : [];
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
    // They go with the machines, and say why an engine died.
    if (watch.interrupted === undefined) await recordEngineLogs(provider);
    const failure = await diagnoseFailure(error, topology, provider, watch.signal);
    if (
      keepBroken !== undefined &&
      watch.interrupted === undefined &&
      (await hasMachines(provider))
    ) {
      // Where there is no room to keep it, why it failed is to be told all the same.
      await saveSetUp(provider.store, recorder.take(topology.name, error)).catch(() => undefined);
      await releaseClaim(provider.store);
      keepBroken(provider.store);
    } else {
      await watch.insistOn(async () => {
        await tearDown(provider);
      });
    }
    // Whatever an interruption made fail, the interruption is why.
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
  throw new HarnessError({
    code: 'state-in-use',
    tried: `bring up ${topology.name} in ${store}`,
    observed: `it has machines already (${machines.map(({ name }) => name).join(', ')})`,
    remedy:
      'take them down with «overlay-e2e down», use them with --reuse, or name another folder in MACHINE_STORAGE_PATH',
  });
}

async function hasMachines(provider: MachineProvider): Promise<boolean> {
  return (await provider.list()).length > 0;
}
