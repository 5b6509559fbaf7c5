import type { EngineHost } from '../docker/endpoints/endpoint.ts';
import type { CommandResult } from '../process/run-command.ts';

/** A machine as its provider describes it. */
export type Machine = EngineHost;

/** A machine's part in a classic Swarm, as docker-machine's `--swarm` and its like say it. */
export interface SwarmRequest {
  /** Whether it runs the manager, `swarm-agent-master`. */
  readonly master: boolean;
  /** Whether it runs an agent, `swarm-agent`, by which its engine is a node; true when absent. */
  readonly agent?: boolean;
  /** Where the members find each other: `consul://192.168.99.100:8500`. */
  readonly discovery: string;
  /** The image's tag; `swarm:latest` when absent. An archive with it goes into the request's `images`. */
  readonly image?: string;
  /** How the manager places containers: `spread` when absent, `binpack`, `random`. */
  readonly strategy?: string;
  /** Where the manager listens; `tcp://0.0.0.0:3376` when absent. */
  readonly host?: string;
  /** Only noted, as docker-machine does. */
  readonly address?: string;
  /** More options of the manager, without their dashes: `engine-failure-retry=5`. */
  readonly opts?: readonly string[];
  /** More options of the agent, without their dashes. */
  readonly joinOpts?: readonly string[];
  readonly experimental?: boolean;
}

/** What a new machine shall be. */
export interface MachineRequest {
  readonly name: string;
  /** IPv4 address on the network between the machines; the next free one when absent. Providers that cannot choose refuse it. */
  readonly address?: string;
  /** As docker-machine's `--engine-opt`: `cluster-store=consul://192.168.99.100:8500`. */
  readonly engineOptions?: readonly string[];
  /** As docker-machine's `--engine-label`: `KEY=VALUE`. */
  readonly engineLabels?: readonly string[];
  /** Image archives (docker save's format) that the engine shall have from the start. */
  readonly images?: readonly string[];
  /**
   * The engine itself: a version that Debian's archive has (`20.10.5`, `20.10.24`, `26.1.5`), `system` for the host's own,
   * or the absolute path of a folder with dockerd and what belongs to it. `E2E_ENGINE_BUNDLE`, or else the tutorial's
   * own, when absent. docker-machine's drivers bring an engine of their own, and refuse it.
   */
  readonly engineBundle?: string | undefined;
  readonly tlsSans?: readonly string[];
  /**
   * What has to have come before its engine may start: that the key-value store answers, say. A provider makes
   * everything else of the machine ready meanwhile, if it can. If it rejects, so does the creation.
   */
  readonly engineAfter?: Promise<unknown>;
  /** Its part in a classic Swarm: the containers of it run when the creation returns. */
  readonly swarm?: SwarmRequest;
  /**
   * For the provider docker-machine: variables that its driver reads, for this machine alone, such as
   * `GENERIC_IP_ADDRESS`; `MACHINE_DRIVER` itself may be among them. The other providers have no drivers.
   */
  readonly driver?: Readonly<Record<string, string>>;
}

export interface RunOptions {
  /** What the step is called in the report; the machine's name and the command line when absent. */
  readonly title?: string;
  readonly input?: string | Uint8Array;
  /** Milliseconds. */
  readonly limit?: number;
  readonly signal?: AbortSignal | undefined;
  /** Exit codes that are an answer rather than a failure; `[0]` when absent. */
  readonly expect?: readonly number[] | 'any';
}

/** What makes machines. Checks, faults and specs know machines only through this. */
export interface MachineProvider {
  readonly name: 'netns' | 'docker-machine' | 'engines';
  /** The folder that holds the state of its machines, as MACHINE_STORAGE_PATH names it; it exists. Empty of `engines`. */
  readonly store: string;
  /** Tells if the engines of new machines can pull images from a registry. */
  readonly pullsImages: boolean;
  /** Files in the store that stay when the last machine is removed. */
  readonly keptFiles: readonly string[];
  /**
   * Makes a machine and starts it; on failure nothing of it is left. The engine answers when this returns. May be called
   * for several machines at once: what bears only one at a time (VirtualBox) gets them one after the other.
   */
  create(request: MachineRequest, options?: { signal?: AbortSignal | undefined }): Promise<Machine>;
  /**
   * The engine bundle that a machine would get; undefined where a driver brings an engine of its own, which refuses one
   * that was asked for.
   *
   * @param usual what it is to be when neither the request nor the environment names one
   */
  engineBundleOf(request: MachineRequest, usual?: string): string | undefined;
  /** All machines of this store, in natural order. */
  list(): Promise<Machine[]>;
  /**
   * The names of the machines that this program is known to have made: the ones that a take-down may remove. Also those
   * whose state cannot be read any more.
   */
  listOwn(): Promise<string[]>;
  /** One machine as it is now. An unknown name is a HarnessError. */
  inspect(name: string): Promise<Machine>;
  /** Runs a program as root inside of the machine, without a shell. */
  run(
    name: string,
    argv: readonly [string, ...string[]],
    options?: RunOptions,
  ): Promise<CommandResult>;
  /** Starts a stopped machine, its engine and the containers that were running. The engine answers when this returns. */
  start(name: string): Promise<void>;
  /** Shuts the machine down in order; its containers and images stay. */
  stop(name: string): Promise<void>;
  /** Takes its power away. */
  kill(name: string): Promise<void>;
  /** Removes machines and all that belongs to them; unknown names are not an error. */
  remove(names: readonly string[]): Promise<void>;
  /**
   * Removes what a run that was killed in the middle left of this store: half-made and half-removed machines. Gives what
   * those were called.
   */
  cleanUp(): Promise<string[]>;
}
