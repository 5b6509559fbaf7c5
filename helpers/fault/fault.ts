import type { KernelFeature } from '../machine/kernel-feature.ts';

/**
 * One step of a fault, as data: the steps that undo a fault are recorded before the fault exists, so that another
 * process can run them.
 */
export type FaultStep =
  | {
      /** Runs a shell script as root on the machine. */
      readonly do: 'run';
      readonly machine: string;
      readonly script: string;
    }
  | {
      /** Starts the containers of a list on the machine, which an earlier step wrote, and deletes the list. */
      readonly do: 'start-containers';
      readonly machine: string;
      readonly list: string;
    }
  | {
      /** Ends all processes of the machine immediately, starts the machine, or shuts it down and starts it. */
      readonly do: 'kill' | 'start' | 'reboot';
      readonly machine: string;
    };

/** A fault with its targets, ready to be injected. */
export interface FaultPlan {
  readonly name: FaultName;
  /** The state while the fault exists: "worker-host is separated from all other machines". */
  readonly title: string;
  /** Distinguishes the fault from others on the same machine: lower-case letters and digits. */
  readonly id: string;
  /** Kernel features that the steps need, by machine. */
  readonly needs: readonly { readonly machine: string; readonly feature: KernelFeature }[];
  readonly inject: readonly FaultStep[];
  /** Undoes the fault, also if only a part of it was injected. Each step may run more than once. */
  readonly undo: readonly FaultStep[];
}

/** The faults that {@link planFault} can plan. */
export const faultNames = [
  'partition',
  'partition-one-way',
  'partition-ring',
  'gossip-blocked',
  'vxlan-blocked',
  'packet-loss',
  'packet-delay',
  'packet-duplication',
  'packet-reordering',
  'packet-corruption',
  'rate-limit',
  'engine-stopped',
  'engine-killed',
  'engine-paused',
  'engine-restarted',
  'machine-killed',
  'machine-rebooted',
  'store-stopped',
  'store-paused',
  'leader-lost',
  'clock-changed',
  'disk-full',
] as const;
export type FaultName = (typeof faultNames)[number];

/** A machine of a cluster that faults can have as a target. */
export interface FaultMachine {
  readonly name: string;
  /** Its IPv4 address on the network of the machines. */
  readonly address: string;
  /** True if the machine does not share the kernel and the disk of this computer. */
  readonly hasOwnKernel: boolean;
}

/** A cluster that this program created. */
export interface FaultCluster {
  readonly machines: readonly FaultMachine[];
  /** The key-value store; absent in swarm mode. */
  readonly store?: { readonly machine: string; readonly port: number };
  /** The machine of the manager that leads the swarm; absent without swarm mode. */
  readonly leader?: string;
}

/** The fault that a user asks for. */
export interface FaultRequest {
  readonly name: FaultName;
  /** Names of machines; the catalog says how many each fault has. */
  readonly machines?: readonly string[];
  /** The extent of the fault, in the unit that the catalog gives. */
  readonly by?: number;
  /** For `packet-delay`: the largest deviation from the delay, in milliseconds. */
  readonly jitter?: number;
}
