import type { EngineBundle } from '../../debian/engines/engine-bundle.ts';
import type { Tools } from '../../debian/tools.ts';
import type { EnterCommand, PassingMode } from '../../netns/boot/enter.ts';
import type { DriverName, MachineConfig } from '../../netns/state/machine-config.ts';
import type { Store } from '../../netns/state/store.ts';
import type { AddressRange } from '../../process/address-range.ts';
import type { KillOptions } from '../machine.ts';

/** The parts from the cache that each machine on this computer needs. */
export interface Parts {
  readonly tools: Tools;
  readonly bundle: EngineBundle;
}

/** A machine that has a name, an address and a folder. */
export interface ReservedMachine<P extends Parts> {
  readonly store: Store;
  readonly config: MachineConfig;
  readonly range: AddressRange;
  readonly parts: P;
}

/** The operations of a machine on this computer that depend on its kernel: this computer's, or its own. */
export interface KernelOperations<P extends Parts = Parts> {
  readonly driver: DriverName;
  prepareParts(engineBundle: string): Promise<P>;
  /** Starts the steps before a new machine boots, which run in parallel. */
  prepare(machine: ReservedMachine<P>, images: readonly string[]): readonly Promise<void>[];
  /** Boots a new machine while its engine has to wait. Absent if the machine boots in a moment. */
  bootFirst?(machine: ReservedMachine<P>, signal: AbortSignal | undefined): Promise<void>;
  /** Starts the engine of a new machine and waits until it answers. Boots the machine, unless it runs already. */
  startEngine(machine: ReservedMachine<P>, signal: AbortSignal | undefined): Promise<void>;
  /** Has the engine of a new machine unpack images. Absent if the machine has them from the beginning. */
  loadImages?(
    machine: ReservedMachine<P>,
    images: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<void>;
  /** Boots a stopped machine with its engine. The caller holds the lock of the state directory. */
  restart(machine: ReservedMachine<P>): Promise<void>;
  /** Waits until the engine of a running machine answers, and starts it if it has ended. */
  ensureEngine(store: Store, config: MachineConfig): Promise<void>;
  /** Ends all processes of a machine. */
  kill(store: Store, config: MachineConfig, options: KillOptions): Promise<void>;
  /** Returns a command of this computer that runs `argv` in a machine. */
  enter(
    store: Store,
    config: MachineConfig,
    argv: readonly [string, ...string[]],
    mode: PassingMode,
  ): Promise<EnterCommand>;
  /** Configures a running machine's engine with its config.json and its certificates, and restarts the engine. */
  configureEngine(store: Store, config: MachineConfig): Promise<void>;
}
