import { z } from 'zod';
import { onMachine } from '../../process/activity.ts';
import { type AgentClient, openAgentClient, type ProbeOptions } from './agent-client.ts';
import type { AgentChannel } from './agent-channel.ts';
import { exchange, type ExchangeResult, type Port } from './exchange.ts';
import { type Follower, openFollower } from './follow.ts';
import { openRecorder, type Recorder } from './recorder.ts';
import { type Namespace, wordOf } from './namespace.ts';
import { openPackets } from './open-packets.ts';
import type { Packets } from './packets.ts';
import { type NameResult, resolveName } from './resolve-name.ts';
import { runProgram } from './run-program.ts';
import type { CommandResult } from '../../process/run-command.ts';
import type { EngineThreads } from '../model/views/kernel-view.ts';

/** A file of the host, or why it could not be read. */
export type FileResult =
  | {
      readonly path: string;
      readonly text: string;
      /** True if the file is longer. */
      readonly cut: boolean;
    }
  | { readonly path: string; readonly error: string };

/** Returns the text of a file; empty if it could not be read. */
export function textOf(file: FileResult | undefined): string {
  return file !== undefined && 'text' in file ? file.text : '';
}

/** The probe on one host: a small container that reads the host's kernel, and sends and captures packets. */
export interface Probe extends AsyncDisposable {
  /** The host's name. */
  readonly host: string;
  /**
   * Runs a program in that namespace, without a shell: ip, bridge, nft, ethtool, iptables-legacy-save or
   * iptables-nft-save. The exit code is an answer; an output of more than 8 MB and the limit (10 s when absent) are errors.
   */
  run(
    namespace: Namespace,
    argv: readonly [string, ...string[]],
    options?: ProbeOptions,
  ): Promise<CommandResult>;
  /**
   * Reads files of the host, each up to 1 MB, or `most`. Files below /proc depend on the reader: `/proc/sys/net/…` and
   * `/proc/net/…` belong to the namespace, the host's when absent.
   */
  read(
    paths: readonly string[],
    options?: ProbeOptions & { readonly namespace?: Namespace; readonly most?: number },
  ): Promise<FileResult[]>;
  /** The names in a folder of the host, in order. */
  list(path: string, options?: ProbeOptions): Promise<string[]>;
  /** Returns the threads of the host's engine; none where no process is called `dockerd`. */
  threads(options?: ProbeOptions): Promise<EngineThreads>;
  /**
   * Returns the IPsec states and policies of the host, as `ip xfrm` prints them, with digests instead of keys. The salt is
   * 16 hexadecimal digits: with the same salt, equal keys have equal digests.
   */
  encryption(salt: string, options?: ProbeOptions): Promise<EncryptionTexts>;
  /**
   * Returns the seconds after which IPVS forgets an idle connection in that namespace; 0 for a protocol that the kernel does
   * not balance. Undefined without IPVS.
   */
  idle(
    namespace: Namespace,
    options?: ProbeOptions,
  ): Promise<{ readonly tcp: number; readonly udp: number } | undefined>;
  /** Changes a real server of the virtual service of IPVS with that firewall mark. */
  balance(namespace: Namespace, change: ServerChange, options?: ProbeOptions): Promise<void>;
  /** Sends data to a port, and returns the answer; 5 s at most without a limit. */
  exchange(
    namespace: Namespace,
    port: Port,
    request: Uint8Array,
    options?: ProbeOptions,
  ): Promise<ExchangeResult>;
  /**
   * Queries a name server once for the IPv4 addresses of a name: Docker's own is 127.0.0.11 in a container's namespace.
   * 5 s at most when no limit is given.
   */
  resolve(
    namespace: Namespace,
    server: string,
    name: string,
    options?: ProbeOptions,
  ): Promise<NameResult>;
  /** Sends packets, and sees where they come. */
  readonly packets: Packets;
  /** Sends one packet, and records it at every hop. */
  readonly follower: Follower;
  /** Records frames for a capture file. */
  readonly recorder: Recorder;
  /** Ends it, and waits until nothing of it is left on the host. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** A change of a real server of IPVS. */
export interface ServerChange {
  readonly change: 'add' | 'remove' | 'weigh';
  readonly mark: number;
  /** IPv4 */
  readonly address: string;
  readonly weight: number;
}

const filesAnswer = z.array(
  z.union([
    z.object({ path: z.string(), text: z.string(), cut: z.boolean() }),
    z.object({ path: z.string(), error: z.string() }),
  ]),
);

const threadsAnswer = z.object({ threads: z.int(), stuck: z.array(z.string().regex(/^\d+$/)) });

const encryptionAnswer = z.object({ state: z.string(), policy: z.string() });

const idleAnswer = z
  .object({ tcp: z.int().nullable(), udp: z.int().nullable() })
  .transform(({ tcp, udp }) => (tcp === null || udp === null ? undefined : { tcp, udp }));

/** The output of `ip xfrm state` and `ip xfrm policy`, without keys. */
export type EncryptionTexts = Readonly<z.infer<typeof encryptionAnswer>>;

/** A probe whose agent is at the other end of the channel. */
export function openProbe(host: string, channel: AgentChannel, end: () => Promise<void>): Probe {
  const client: AgentClient = openAgentClient(host, channel);
  return {
    host,
    run: async (...args) => await onMachine(host, () => runProgram(client, ...args)),
    read: async (paths, { namespace = 'host', most = 1_000_000, ...options } = {}) =>
      await client.call(['read', wordOf(namespace), `${most}`, ...paths], filesAnswer, options),
    list: async (path, options) => await client.call(['list', path], z.array(z.string()), options),
    threads: async (options) => await client.call(['threads'], threadsAnswer, options),
    encryption: async (salt, options) =>
      await client.call(['encryption', salt], encryptionAnswer, options),
    idle: async (namespace, options) =>
      await client.call(['idle', wordOf(namespace)], idleAnswer, options),
    balance: async (namespace, { change, mark, address, weight }, options) => {
      const words = [wordOf(namespace), change, `${mark}`, address, `${weight}`];
      await client.call(['balance', ...words], z.array(z.never()), options);
    },
    exchange: async (...args) => await onMachine(host, () => exchange(client, ...args)),
    resolve: async (...args) => await onMachine(host, () => resolveName(client, ...args)),
    packets: openPackets(async (answer, words) => await client.call(words, answer)),
    follower: openFollower(client),
    recorder: openRecorder(client),
    [Symbol.asyncDispose]: end,
  };
}
