import type { Finding } from '../netns/doctor/host-finding.ts';
import type { AddressRange } from '../process/address-range.ts';
import type { MachineProvider } from './machine.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The properties of a host that the choice of a provider depends on. */
export interface ProviderConditions {
  readonly env: Environment;
  readonly platform: NodeJS.Platform;
  /** The processor architecture in the words of Node.js. */
  readonly arch: string;
  /** True for the root of this computer, not for that of a user's own namespaces. */
  readonly isRoot: boolean;
  /** Returns true if a program is on PATH, or, for a name with a slash, if the file is executable. */
  readonly has: (program: string) => boolean;
}

/** The providers that create machines, by their names in E2E_PROVIDER. */
export const providerNames = ['netns', 'uml', 'docker-machine'] as const;

export type ProviderName = (typeof providerNames)[number];

/** The chosen provider, with the reason. */
export interface Decision {
  readonly name: ProviderName;
  readonly because: string;
  /** docker-machine's driver, which single machines can override; absent for the built-in provider. */
  readonly driver?: string;
}

/** A provider before it is opened. The folder of each provider exports one; `provider-kinds.ts` registers it. */
export interface ProviderKind {
  /** Returns the decision for this provider, which the user chose. Throws if this host does not support it. */
  decide(because: string, conditions: ProviderConditions): Decision;
  /** Throws if this process cannot create machines. */
  requireHost(): void;
  open(env: Environment): Promise<MachineProvider>;
  /** Examines the requirements of the provider on this host. */
  examine(): Promise<Finding[]>;
  /** Returns the environment variable for the subnet of the machines. */
  rangeVariable(env: Environment): string;
  /**
   * Returns the address range of future machines; undefined if only the driver knows it. Without a given range, the
   * built-in provider chooses a free part of the returned one.
   */
  rangeOf(env: Environment): AddressRange | undefined;
  /** Returns the driver if only one topology can be up at a time; undefined if several can. */
  oneTopologyDriver(env: Environment): string | undefined;
  /** State directories with machines that overlay-e2e did not create and may check. */
  readonly foreignStores: readonly string[];
}
