import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { activity } from '../../helpers/process/activity.ts';

/** A fault that can be injected and undone. */
export interface Fault {
  /** The state while the fault exists: "worker-host calls itself master-host". */
  readonly name: string;
  /** Injects the fault. Returns a function that undoes it. */
  inject(): Promise<() => Promise<void>>;
}

/** Injects a fault. Disposing the result undoes it. */
export async function breakCluster(fault: Fault): Promise<AsyncDisposable> {
  const undo = await activity('stage', `break: ${fault.name}`, () => fault.inject());
  return {
    [Symbol.asyncDispose]: async () => await activity('stage', `undo: ${fault.name}`, undo),
  };
}

/** Returns a fault that shell commands inject and undo, as root on one machine. */
export function inMachine(
  provider: MachineProvider,
  machine: string,
  { name, inject, undo }: Readonly<Record<'name' | 'inject' | 'undo', string>>,
): Fault {
  const run = async (script: string) => {
    await provider.run(machine, ['sh', '-ec', script], { title: `${machine}: ${script}` });
  };
  return {
    name,
    inject: async () => {
      await run(inject);
      return async () => await run(undo);
    },
  };
}
