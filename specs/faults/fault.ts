import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { activity } from '../../helpers/process/activity.ts';

/** Something that is broken on purpose, and that can be undone. */
export interface Fault {
  /** What is so while it is broken: «worker-host calls itself master-host». */
  readonly name: string;
  /** Breaks it, and gives what mends it again. */
  inject(): Promise<() => Promise<void>>;
}

/** Breaks it. It is mended at the end of the block that holds what this gives. */
export async function breakCluster(fault: Fault): Promise<AsyncDisposable> {
  const mend = await activity('stage', `break: ${fault.name}`, () => fault.inject());
  return {
    [Symbol.asyncDispose]: async () => await activity('stage', `mend: ${fault.name}`, mend),
  };
}

/** A fault that a shell's commands inside of one machine make and undo, as root. */
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
