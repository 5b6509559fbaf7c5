import type { EnterCommand } from '../../netns/boot/enter.ts';
import type { MachineConfig } from '../../netns/state/machine-config.ts';
import type { NetnsMachineOptions } from '../../netns/state/reserve.ts';
import type { Store } from '../../netns/state/store.ts';
import type { QueuePosition } from '../../process/waits/fifo-queue.ts';
import type { KillOptions, Machine, MachineRequest } from '../machine.ts';

/** A machine to create on this computer. */
export type LocalRequest = MachineRequest & NetnsMachineOptions & { readonly engineBundle: string };

/** The operations of a machine on this computer that depend on its kernel: this computer's, or its own. */
export interface KernelOperations {
  /**
   * Creates a machine and starts it. After a failure, no part of it remains.
   *
   * @param position the machine's place in the queue of parallel creations, released as soon as the machine has its
   * address
   */
  create(
    store: Store,
    request: LocalRequest,
    position: QueuePosition,
    signal: AbortSignal | undefined,
  ): Promise<Machine>;
  /** Starts a stopped machine, or the engine of a running machine without one. */
  start(store: Store, config: MachineConfig): Promise<void>;
  /** Ends all processes of a machine. */
  kill(store: Store, config: MachineConfig, options: KillOptions): Promise<void>;
  /** Returns a command of this computer that runs `argv` in a machine. */
  enter(
    store: Store,
    config: MachineConfig,
    argv: readonly [string, ...string[]],
  ): Promise<EnterCommand>;
  /** Configures a running machine's engine with its config.json and its certificates, and restarts the engine. */
  configureEngine(store: Store, config: MachineConfig): Promise<void>;
}

/** Returns the operations of a machine with this driver. Those of other kernels are loaded only if they are used. */
export async function loadKernelOperations({
  DriverName,
}: Pick<MachineConfig, 'DriverName'>): Promise<KernelOperations> {
  if (DriverName === 'uml') return (await import('../uml/operations.ts')).umlOperations;
  return (await import('./operations.ts')).netnsOperations;
}
