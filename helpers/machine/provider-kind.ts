import type { Finding } from '../netns/doctor/host-finding.ts';
import type { AddressRange } from '../process/address-range.ts';
import type { MachineProvider } from './machine.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The conditions of the choice of a provider. */
export interface Surroundings {
  readonly env: Environment;
  readonly platform: NodeJS.Platform;
  /** Tells if a program is on PATH, or with a slash in it, if that file can be run. */
  readonly has: (program: string) => boolean;
}

export type ProviderName = 'netns' | 'docker-machine';

/** The provider that creates the machines, and the reason in words that follow "because". */
export interface Decision {
  readonly name: ProviderName;
  readonly because: string;
  /** docker-machine's driver; each machine may name another. The built-in provider has none. */
  readonly driver?: string;
}

/** A provider before it is opened. The folder of each provider exports one; `provider-kinds.ts` registers it. */
export interface ProviderKind {
  /** Returns the decision for this provider, which the user named; throws if this host cannot have it. */
  decide(because: string, surroundings: Surroundings): Decision;
  /** Throws if this process cannot create machines. */
  requireHost(): void;
  open(env: Environment): Promise<MachineProvider>;
  /** Examines the needs of the provider on this host. */
  examine(): Promise<Finding[]>;
  /** Returns the variable that chooses the subnet of the machines. */
  rangeVariable(env: Environment): string;
  /**
   * Returns the range of the addresses that machines will have; undefined if only the driver knows it. The built-in
   * provider takes a free part of it if the user chose none.
   */
  rangeOf(env: Environment): AddressRange | undefined;
  /** Returns the driver if only one topology can be up at a time; undefined if several can. */
  oneTopologyDriver(env: Environment): string | undefined;
  /** State directories with machines that overlay-e2e did not create and may check. */
  readonly foreignStores: readonly string[];
}
