import { activity, onMachine } from '../process/activity.ts';
import { unlessAborted } from '../process/waits/unless-aborted.ts';
import type { KillOptions, MachineProvider, MachineRequest } from './machine.ts';

/**
 * Returns the same provider, which also publishes its work on each machine as activities of that machine, and creation
 * and removal as stages.
 */
export function publishMachines<P extends MachineProvider>(provider: P): P {
  return {
    ...provider,
    create: async (request: MachineRequest, options?: Parameters<P['create']>[1]) =>
      await stage(request.name, 'create', () => provider.create(request, options)),
    inspect: async (name: string) => await onMachine(name, () => provider.inspect(name)),
    run: async (name: string, ...rest: RunArguments) =>
      await onMachine(name, () => provider.run(name, ...rest)),
    start: async (name: string) => await stage(name, 'start', () => provider.start(name)),
    stop: async (name: string) => await stage(name, 'stop', () => provider.stop(name)),
    reboot: async (name: string) => await stage(name, 'reboot', () => provider.reboot(name)),
    kill: async (name: string, options?: KillOptions) =>
      await stage(name, 'kill', () => provider.kill(name, options)),
  };
}

async function stage<T>(machine: string, verb: string, run: () => Promise<T>): Promise<T> {
  return await activity('stage', `machine ${machine}: ${verb}`, run, { machine });
}

type RunArguments = Parameters<MachineProvider['run']> extends [string, ...infer R] ? R : never;

/** Waits for the condition that must hold before the machine's engine may start. */
export async function waitForEngineAfter(
  { name, engineAfter }: Pick<MachineRequest, 'name' | 'engineAfter'>,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (engineAfter === undefined) return;
  await activity('wait', `machine ${name}: prerequisites of its engine`, async () => {
    await unlessAborted(engineAfter, signal);
  });
}
