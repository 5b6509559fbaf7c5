import type { Readable } from 'node:stream';
import type { EnterCommand } from '../netns/boot/enter.ts';
import type { EngineHost } from '../docker/endpoints/endpoint.ts';
import type { Crowd } from '../netns/limits/kernel-limits.ts';
import type { RoomOptions } from '../netns/limits/require-room.ts';
import type { CommandResult } from '../process/run-command.ts';
import type { KernelAnswer, KernelFeature } from './kernel-feature.ts';

/** A machine as its provider describes it: its name, addresses, state and engine. */
export type Machine = EngineHost;

/** A machine's role in a classic Swarm, as in docker-machine's options `--swarm…`. */
export interface SwarmRequest {
  /** True for a manager, which runs `swarm-agent-master`. */
  readonly master: boolean;
  /** True for a node, which runs `swarm-agent`. Default: true. */
  readonly agent?: boolean;
  /** The discovery URL of the Swarm: `consul://192.168.99.100:8500`. */
  readonly discovery: string;
  /**
   * The tag of the Swarm image. Default: `swarm:latest`. To load it from an archive, add the archive to the request's
   * `images`.
   */
  readonly image?: string;
  /** The manager's scheduling strategy: `spread`, `binpack` or `random`. Default: `spread`. */
  readonly strategy?: string;
  /** The manager's listening address. Default: `tcp://0.0.0.0:3376`. */
  readonly host?: string;
  /** The address to advertise. Recorded without effect, as in docker-machine. */
  readonly address?: string;
  /** More options of the manager, without dashes: `engine-failure-retry=5`. */
  readonly opts?: readonly string[];
  /** More options of the agent, without dashes. */
  readonly joinOpts?: readonly string[];
  readonly experimental?: boolean;
}

/** The description of a machine to create. */
export interface MachineRequest {
  readonly name: string;
  /**
   * The IPv4 address on the network of the machines. Default: the next free one. Providers that cannot choose addresses
   * throw.
   */
  readonly address?: string;
  /**
   * `own` for a machine with its own kernel, which the built-in provider can create next to the others. With
   * docker-machine, the driver decides.
   */
  readonly kernel?: 'own';
  /** Engine options, as in docker-machine's `--engine-opt`: `cluster-store=consul://192.168.99.100:8500`. */
  readonly engineOptions?: readonly string[];
  /** Engine labels, as in docker-machine's `--engine-label`: `KEY=VALUE`. */
  readonly engineLabels?: readonly string[];
  /** Paths of image archives in the format of `docker save`, which the engine has from the start. */
  readonly images?: readonly string[];
  /**
   * The engine: a version in Debian's archive (`20.10.5`, `20.10.24`, `26.1.5`) or its suite `forky`, `system` for the host's own, or the
   * absolute path of a folder with dockerd and the programs that it needs. Default: `E2E_ENGINE_BUNDLE`, or else the
   * version of the tutorial. Drivers of docker-machine install an engine themselves, and throw.
   */
  readonly engineBundle?: string | undefined;
  readonly tlsSans?: readonly string[];
  /**
   * A condition for the start of the engine, such as an answer of the key-value store. A provider prepares the rest of
   * the machine during this time, if it can. If the promise rejects, so does the creation.
   */
  readonly engineAfter?: Promise<unknown>;
  /** The machine's role in a classic Swarm. Its Swarm containers run when the creation returns. */
  readonly swarm?: SwarmRequest;
  /**
   * For the provider docker-machine: environment variables for this machine only, such as `GENERIC_IP_ADDRESS` or
   * `MACHINE_DRIVER`. The other providers ignore it.
   */
  readonly driver?: Readonly<Record<string, string>>;
}

export interface RunOptions {
  /** The step's name in the report. Default: the machine's name and the command line. */
  readonly title?: string;
  readonly input?: string | Uint8Array;
  /** An input that is written while the program runs. Not for docker-machine. */
  readonly openInput?: Readable;
  /** In milliseconds. */
  readonly limit?: number;
  readonly signal?: AbortSignal | undefined;
  /** Exit codes that are not failures. Default: `[0]`. */
  readonly expect?: readonly number[] | 'any';
  /**
   * Receives the standard output as it comes, and not at the end. Not for docker-machine.
   */
  readonly onOutput?: ((text: string) => void) | undefined;
}

/** The way in which a machine ends. */
export interface KillOptions {
  /**
   * `lost`: files that the machine's kernel has not written to its disk yet are lost, as in a power failure. Machines
   * without their own kernel and disk lose none. Default: `written`.
   */
  readonly unwritten?: 'lost' | 'written';
}

/**
 * Creates and controls machines. Checks, faults and specs access machines only through this interface. Failures of
 * methods are {@link HarnessError}s.
 */
export interface MachineProvider {
  readonly name: 'netns' | 'uml' | 'docker-machine' | 'engines';
  /** The absolute path of the state directory, which exists; an empty text for `engines`. */
  readonly store: string;
  /** True if the engines of new machines can pull images from a registry. */
  readonly pullsImages: boolean;
  /** Files in the store that stay when the last machine is removed. */
  readonly keptFiles: readonly string[];
  /**
   * Prepares the creation of several machines. Throws before any of them exists if this computer has no room for them: a
   * kernel that they share has limits. Providers whose machines share no kernel of this computer do nothing.
   */
  makeRoom(crowd: Crowd, options: RoomOptions): Promise<void>;
  /**
   * Creates a machine and starts it. Returns when its engine answers; after a failure, no part of the machine remains.
   * Calls may run in parallel: a driver that supports only one at a time (VirtualBox) gets them one after the other.
   */
  create(request: MachineRequest, options?: { signal?: AbortSignal | undefined }): Promise<Machine>;
  /**
   * Returns the engine bundle for a request; undefined if the driver installs an engine itself. Such drivers throw if
   * the request names a bundle.
   *
   * @param usual the bundle if neither the request nor the environment names one
   */
  engineBundleOf(request: MachineRequest, usual?: string): string | undefined;
  /**
   * Returns the answer of the kernel that new machines share; undefined if each has its own, which answers only when it
   * runs.
   */
  trySharedKernel(feature: KernelFeature): Promise<KernelAnswer | undefined>;
  /** Returns all machines of the state directory, in natural order of their names. */
  list(): Promise<Machine[]>;
  /**
   * Returns the names of the machines that this program created, which a tear-down may remove. Includes machines with
   * unreadable state.
   */
  listOwn(): Promise<string[]>;
  /** Returns the current state of a machine. Throws if the name is unknown. */
  inspect(name: string): Promise<Machine>;
  /** Runs a program as root in the machine, without a shell. Throws if the exit code is not expected. */
  run(
    name: string,
    argv: readonly [string, ...string[]],
    options?: RunOptions,
  ): Promise<CommandResult>;
  /**
   * Returns a command of this computer that runs a program as root in the machine, for callers that start it with their
   * own streams.
   */
  enter(name: string, argv: readonly [string, ...string[]]): Promise<EnterCommand>;
  /** Starts a stopped machine, its engine, and the containers that were running. Returns when the engine answers. */
  start(name: string): Promise<void>;
  /** Shuts the machine down; its containers and images remain. */
  stop(name: string): Promise<void>;
  /** Shuts the machine down and starts it again: its kernel too, if it has its own. Returns when the engine answers. */
  reboot(name: string): Promise<void>;
  /** Ends all processes of the machine immediately, as a power failure does. */
  kill(name: string, options?: KillOptions): Promise<void>;
  /** Removes machines with all of their data; ignores unknown names. */
  remove(names: readonly string[]): Promise<void>;
  /** Removes unfinished machines: the remains of runs that were killed in this state directory. Returns their names. */
  cleanUp(): Promise<string[]>;
}
