import { listFaults } from '../../fault/journal.ts';
import type { MachineProvider } from '../../machine/machine.ts';
import { activity } from '../../process/activity.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { prepareImages } from '../../workload/images/prepare-images.ts';
import { type BringUpOptions, bringUp } from '../bring-up/bring-up.ts';
import { claimStateDirectory, releaseClaim, requireUnclaimed } from '../bring-up/claim.ts';
import { crowdOf } from '../bring-up/crowd-of.ts';
import { diagnoseFailure } from '../bring-up/diagnosed-failure.ts';
import { noOwnWorkload, prepareOwnImages } from '../bring-up/prepare-own-images.ts';
import { requireStage } from '../bring-up/require-stage.ts';
import { tearDown } from '../bring-up/tear-down.ts';
import { chooseEngines } from '../choose-engines.ts';
import { chooseKernels } from '../choose-kernels.ts';
import { loadDocument, type TopologyDocument } from '../document.ts';
import type { Change } from '../reuse/change.ts';
import { findDescriptionChanges } from '../reuse/description-changes.ts';
import { includesStage, lastStageOf, type Stage, type Topology } from '../topology.ts';
import { addObjects } from './add-objects.ts';
import { newOf } from './convergence.ts';
import { DocumentRecord } from './document-record.ts';
import { findRefusals, type Refusal } from './find-refusals.ts';
import { loadImages } from './load-images.ts';
import { observeMachine } from './observed-machine.ts';
import { planConvergence } from './plan-convergence.ts';
import { removeObjects } from './remove-objects.ts';

/** The changes that a convergence makes. */
export interface ConvergencePlan {
  readonly topology: string;
  /** False if nothing is up: then everything is added. */
  readonly isUp: boolean;
  readonly changes: readonly Change[];
}

export interface ConvergeOptions extends Omit<BringUpOptions, 'keepClaim'> {
  /** Is called before the first change of a running topology. */
  readonly onPlan?: (plan: ConvergencePlan) => void;
}

export interface Converged extends ConvergencePlan {
  readonly document: TopologyDocument;
}

interface Prepared {
  readonly chosen: Topology;
  readonly document: TopologyDocument;
  readonly changes: readonly Change[];
}

/** Returns the changes that a convergence would make. Changes nothing. Throws if it would refuse them. */
export async function planTopology(
  topology: Topology,
  provider: MachineProvider,
  { until, signal }: { readonly until?: Stage | undefined; readonly signal: AbortSignal },
): Promise<ConvergencePlan> {
  await requireUnclaimed(provider.store);
  const prepared = await prepare(topology, provider, until, signal);
  if (prepared !== undefined) {
    return { topology: topology.name, isUp: true, changes: prepared.changes };
  }
  const stage = until ?? lastStageOf(topology);
  requireStage(topology, stage);
  const { name, cluster } = topology;
  const nothing = { topology: name, stage, cluster, machines: [], networks: [], workload: [] };
  const document = { ...nothing, provider: provider.name, store: provider.store };
  return {
    topology: name,
    isUp: false,
    changes: findDescriptionChanges(topology, stage, document),
  };
}

/**
 * Changes a running topology into the requested one, or brings it up if none is running. Everything that is the same stays
 * untouched. Refuses before the first change if one of them cannot be made. After a failure or an interruption, the rest
 * stays up, and a repetition continues.
 */
export async function converge(
  topology: Topology,
  provider: MachineProvider,
  { onPlan, ...options }: ConvergeOptions,
): Promise<Converged> {
  const { store } = provider;
  const { watch, until } = options;
  const doing = `converge ${topology.name}`;
  const { abandoned } = await claimStateDirectory(store, doing, { keeps: true });
  try {
    // The remains of a bring-up. A convergence leaves a topology.
    if (abandoned) await tearDown(provider);
    else await provider.cleanUp();
    const prepared = abandoned ? undefined : await prepare(topology, provider, until, watch.signal);
    if (prepared !== undefined) {
      const plan = { topology: topology.name, isUp: true, changes: prepared.changes };
      if (plan.changes.length === 0) return { ...plan, document: prepared.document };
      onPlan?.(plan);
      return { ...plan, document: await makeChanges(prepared, provider, options) };
    }
  } finally {
    await releaseClaim(store);
  }
  const document = await bringUp(topology, provider, options);
  return { topology: topology.name, isUp: false, changes: [], document };
}

async function makeChanges(
  { chosen, document, changes }: Prepared,
  provider: MachineProvider,
  { watch, raiseLimits = false }: ConvergeOptions,
): Promise<TopologyDocument> {
  const { name } = chosen;
  const { signal } = watch;
  const hasWorkload = includesStage(document.stage, 'workload');
  const own = hasWorkload ? await prepareOwnImages(chosen, provider) : noOwnWorkload;
  const record = new DocumentRecord(document);
  const images = prepareImages(provider.pullsImages ? 'pull' : 'build');
  const convergence = { topology: chosen, own, images, changes, record, provider, signal };
  const added = newOf(convergence, 'machine');
  if (added.length > 0) {
    const machines = chosen.machines.filter((one) => added.includes(one.name));
    const containers = (chosen.containers ?? []).filter((one) => added.includes(one.machine));
    const { workload: _, services: __, ...others } = chosen;
    const crowd = crowdOf({ ...others, machines, containers }, document.stage);
    await provider.makeRoom(crowd, { tried: `converge ${name}`, raise: raiseLimits });
  }
  try {
    return await activity('stage', `converge ${name}`, async () => {
      await loadImages(convergence);
      signal.throwIfAborted();
      await removeObjects(convergence);
      signal.throwIfAborted();
      await addObjects(convergence);
      return record.document;
    });
  } catch (error) {
    if (watch.interrupted !== undefined) throw watch.interrupted;
    throw await diagnoseFailure(error, chosen, provider, signal);
  }
}

/** Compares the running topology with the requested one. Returns undefined if none is running. */
async function prepare(
  topology: Topology,
  provider: MachineProvider,
  until: Stage | undefined,
  signal: AbortSignal,
): Promise<Prepared | undefined> {
  const tried = `converge ${topology.name}`;
  const differs = (observed: string, hint: string) =>
    new HarnessError({ code: 'topology-differs', tried, observed, hint });
  const down =
    'tear it down with "overlay-e2e down", or name another folder in MACHINE_STORAGE_PATH';
  const document = await loadDocument(provider.store);
  const machines = await provider.list();
  if (document === undefined) {
    if (machines.length === 0) return undefined;
    const names = machines.map(({ name }) => name).join(', ');
    throw differs(`no completed topology in ${provider.store} (${names})`, down);
  }
  if (document.topology !== topology.name) {
    throw differs(`the topology ${document.topology} is up in ${provider.store}`, down);
  }
  if (document.provider !== provider.name) {
    const hint = `set E2E_PROVIDER=${document.provider}, or ${down}`;
    throw differs(`the provider ${document.provider} has its machines, not ${provider.name}`, hint);
  }
  if (until !== undefined && until !== document.stage) {
    const hint = `name the stage ${document.stage}, or no stage`;
    throw differs(`it is up until the stage ${document.stage}, not ${until}`, hint);
  }
  const [fault] = await listFaults(provider.store);
  if (fault !== undefined) {
    throw new HarnessError({
      code: 'state-in-use',
      tried,
      observed: `it has a fault (${fault.title})`,
      hint: 'wait until it is undone, or undo it with "overlay-e2e fault --undo"',
    });
  }
  const chosen = await chooseEngines(await chooseKernels(topology, provider), provider);
  const names = [...document.machines, ...topology.machines].map(({ name }) => name);
  const observed = await activity('stage', `compare ${topology.name}`, async () =>
    Promise.all(
      machines
        .filter(({ name }) => names.includes(name))
        .map(async (machine) => observeMachine(machine, signal)),
    ),
  );
  const changes = planConvergence(chosen, document, observed);
  const refusals = findRefusals(chosen, document, observed, changes);
  const [first] = refusals;
  if (first === undefined) return { chosen, document, changes };
  throw refuse(tried, first, refusals);
}

function refuse(tried: string, { code }: Refusal, refusals: readonly Refusal[]): HarnessError {
  const observed = refusals.map((one) => one.observed).join(', ');
  const hints = [...new Set(refusals.map(({ hint }) => hint))];
  return new HarnessError({ code, tried, observed, hint: hints.join('; ') });
}
