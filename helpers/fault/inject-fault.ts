import { channel } from 'node:diagnostics_channel';
import { setTimeout as delay } from 'node:timers/promises';
import type { MachineProvider } from '../machine/machine.ts';
import { tryKernel } from '../machine/try-kernel.ts';
import { activity } from '../process/activity.ts';
import { allSettled, HarnessError } from '../process/errors/harness-error.ts';
import type { FaultPlan, FaultStep } from './fault.ts';
import { forgetFault, type InjectedFault, isHeld, listFaults, recordFault } from './journal.ts';
import { startContainers } from './start-containers.ts';
import { watchOver } from './watch-over.ts';

/** Milliseconds for one step: an engine that restores many containers needs most of a minute. */
const STEP_LIMIT = 300_000;

/** A step in the life of a fault. */
export interface FaultStage {
  readonly id: string;
  readonly title: string;
  readonly stage: 'injecting' | 'active' | 'undoing' | 'undone';
  /** Milliseconds since 1970. */
  readonly at: number;
}

const stages = channel('overlay-e2e:fault');

/** Calls the listener for each stage of each fault of this process, until the result is disposed of. */
export function onFaultStage(listen: (stage: FaultStage) => void): Disposable {
  const receive = (message: unknown) => listen(message as FaultStage);
  stages.subscribe(receive);
  return {
    [Symbol.dispose]: () => {
      stages.unsubscribe(receive);
    },
  };
}

function tellStage({ id, title }: FaultPlan, stage: FaultStage['stage']): void {
  const message: FaultStage = { id, title, stage, at: Date.now() };
  stages.publish(message);
}

/** A fault that exists until it is disposed of. Another disposal has no effect, unless the first one failed. */
export interface ActiveFault extends AsyncDisposable {
  readonly plan: FaultPlan;
}

/**
 * Injects a fault. Disposing the result undoes it. If the injection fails, its steps are undone before this throws. If
 * this process ends without undoing the fault, even by SIGKILL, a second process undoes it.
 */
export async function injectFault(
  provider: MachineProvider,
  plan: FaultPlan,
): Promise<ActiveFault> {
  await requireOwnMachines(provider, plan);
  await requireFeatures(provider, plan);
  await recordFault(provider.store, plan);
  const watcher = watchOver(provider.store, plan.id);
  let isUndone = false;
  const undo = async (): Promise<void> => {
    if (isUndone) return;
    tellStage(plan, 'undoing');
    await activity('stage', `undo: ${plan.title}`, () => runSteps(provider, plan.undo));
    await forgetFault(provider.store, plan.id);
    watcher.dismiss();
    isUndone = true;
    tellStage(plan, 'undone');
  };
  tellStage(plan, 'injecting');
  try {
    await activity('stage', `break: ${plan.title}`, () => runSteps(provider, plan.inject));
  } catch (error) {
    await undo();
    throw error;
  }
  tellStage(plan, 'active');
  return { plan, [Symbol.asyncDispose]: undo };
}

/**
 * Injects a fault, waits and undoes it. An abort ends the wait early, and the fault is undone as well.
 *
 * @param duration in milliseconds
 * @param onActive is called when the fault exists
 */
export async function holdFault(
  provider: MachineProvider,
  plan: FaultPlan,
  { duration, signal, onActive }: { duration: number; signal: AbortSignal; onActive?: () => void },
): Promise<void> {
  signal.throwIfAborted();
  await using _fault = await injectFault(provider, plan);
  onActive?.();
  await delay(duration, undefined, { signal });
}

/** Undoes the faults of processes that ended without doing so. Returns them. */
export async function undoLeftFaults(provider: MachineProvider): Promise<InjectedFault[]> {
  const undone: InjectedFault[] = [];
  for (const fault of await listFaults(provider.store)) {
    if (await isHeld(fault)) continue;
    await undoFault(provider, fault);
    undone.push(fault);
  }
  return undone;
}

/** Undoes a recorded fault and deletes its record. */
export async function undoFault(
  provider: MachineProvider,
  { id, title, undo }: InjectedFault,
): Promise<void> {
  await activity('stage', `undo: ${title}`, () => runSteps(provider, undo));
  await forgetFault(provider.store, id);
}

/** Runs steps: those of one machine one after the other, and machines in parallel. */
async function runSteps(provider: MachineProvider, steps: readonly FaultStep[]): Promise<void> {
  const machines = [...new Set(steps.map(({ machine }) => machine))];
  await allSettled(
    'fault',
    machines.map(async (machine) => {
      for (const step of steps) if (step.machine === machine) await runStep(provider, step);
    }),
  );
}

async function runStep(provider: MachineProvider, step: FaultStep): Promise<void> {
  const { machine } = step;
  if (step.do === 'run') {
    const title = `${machine}: ${step.script.split('\n', 1)[0]}`;
    await provider.run(machine, ['sh', '-ec', step.script], { title, limit: STEP_LIMIT });
    return;
  }
  if (step.do === 'start-containers') {
    await startContainers(provider, step);
    return;
  }
  // The user or another process may have started it.
  if (step.do === 'start' && (await provider.inspect(machine)).state === 'Running') return;
  await provider[step.do](machine);
}

/** Throws if this program did not create a machine of the plan. */
async function requireOwnMachines(provider: MachineProvider, plan: FaultPlan): Promise<void> {
  const own = await provider.listOwn();
  const other = [...plan.inject, ...plan.undo].find(({ machine }) => !own.includes(machine));
  if (other === undefined) return;
  throw new HarnessError({
    code: 'machine-unknown',
    tried: `fault ${plan.name}`,
    observed: `overlay-e2e did not create ${other.machine}`,
    hint: 'faults are only for machines of "overlay-e2e up"',
  });
}

async function requireFeatures(provider: MachineProvider, plan: FaultPlan): Promise<void> {
  const answers = await Promise.all(
    plan.needs.map(({ machine, feature }) => tryKernel(provider, machine, feature)),
  );
  const lack = answers.find((answer) => !answer.can);
  if (lack === undefined) return;
  throw new HarnessError({
    code: 'kernel-feature-missing',
    tried: `fault ${plan.name}`,
    observed: lack.reason,
    hint: 'give the machine its own kernel: E2E_PROVIDER=uml, or kernel: "own" in its topology',
  });
}
