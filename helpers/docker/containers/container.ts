import { z } from 'zod';
import type { Explanation } from '../endpoints/explanation.ts';
import type { EngineHost } from '../endpoints/endpoint.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { printInspection } from '../../process/text/redact-secrets.ts';
import type { Call, CallOptions, Connection } from '../connection.ts';
import { containerAnswer, type ContainerFacts } from './container-facts.ts';
import { demuxOutput } from './demux-output.ts';
import { type ExecOptions, type ExecResult, execInContainer } from './exec.ts';
import type { Explain } from '../explain-failure.ts';
import { followLogs, type FollowLogsOptions } from './follow-logs.ts';
import { openExec, type OpenExec, type OpenExecOptions } from './open-exec.ts';
import type { OutputPart } from './read-output.ts';
import { unlessStatus } from '../unless-status.ts';
import { omitUndefined } from '../../process/omit-undefined.ts';

/** A container on one engine, running or not. */
export interface Container {
  readonly id: string;
  /** Its name, or the ID with which it was requested. */
  readonly name: string;
  readonly machine: EngineHost;
  inspect(options?: CallOptions): Promise<ContainerFacts>;
  /** Returns its address on a network. Throws if it has none. */
  addressOn(network: string, options?: CallOptions): Promise<string>;
  /** Starts it; ignores a running container. */
  start(options?: CallOptions): Promise<void>;
  /** Sends `SIGTERM`, and `SIGKILL` after `grace` seconds (default: 10). Ignores a stopped container. */
  stop(options?: CallOptions & { readonly grace?: number }): Promise<void>;
  kill(options?: CallOptions & { readonly with?: string }): Promise<void>;
  /** Removes it, running or not, with its anonymous volumes. Ignores a removed container. */
  remove(options?: CallOptions): Promise<void>;
  /** Returns its output so far, the last `lines` of it, or that `since` a time in seconds since 1970. */
  logs(
    options?: CallOptions & { readonly lines?: number; readonly since?: number },
  ): Promise<string>;
  /** Returns its output as it comes, until it or the signal ends. */
  followLogs(options: FollowLogsOptions): Promise<AsyncIterable<OutputPart>>;
  /** Returns its processes, with the columns of `ps -ef`. */
  top(options?: CallOptions): Promise<readonly Readonly<Record<string, string>>[]>;
  /** Runs a program in it, without a shell. Any exit code is a result, not an error. */
  exec(argv: readonly [string, ...string[]], options?: ExecOptions): Promise<ExecResult>;
  /** Runs a program in it with streams of the caller. */
  openExec(argv: readonly [string, ...string[]], options?: OpenExecOptions): Promise<OpenExec>;
}

export function openContainer(connection: Connection, id: string, name: string): Container {
  const { machine } = connection;
  const explain = explainMissing(name);
  const change = async (call: Omit<Call<unknown>, 'answer'>) => {
    await connection.call({ answer: z.unknown(), explain, ...call });
  };
  const container: Container = {
    id,
    name,
    machine,
    inspect: async (options) => await connection.call(inspectCall(id, name, options)),
    addressOn: async (network, options) => {
      const { networks, status } = await container.inspect(options);
      const address = networks[network]?.address ?? '';
      if (address !== '') return address;
      throw new HarnessError({
        code: 'network-unknown',
        tried: `${machine.name}: address of ${name} on ${network}`,
        observed: `the container is ${status} and on ${Object.keys(networks).join(', ') || 'no network'}`,
      });
    },
    start: async (options) =>
      await change({
        ...options,
        title: `start ${name}`,
        ask: (docker, abortSignal) =>
          docker.getContainer(id).start({ abortSignal }).catch(unlessStatus(304)),
        explain: explainStart(name),
      }),
    stop: async ({ grace = 10, limit = grace * 1000 + 30_000, signal } = {}) =>
      await change({
        limit,
        signal,
        title: `stop ${name}`,
        ask: (docker, abortSignal) =>
          docker.getContainer(id).stop({ t: grace, abortSignal }).catch(unlessStatus(304)),
      }),
    kill: async ({ with: signalName = 'KILL', ...options } = {}) =>
      await change({
        ...options,
        title: `kill -s ${signalName} ${name}`,
        ask: (docker, abortSignal) =>
          docker.getContainer(id).kill({ signal: signalName, abortSignal }),
      }),
    remove: async (options) =>
      await change({
        ...options,
        title: `rm -f -v ${name}`,
        ask: (docker, abortSignal) =>
          docker
            .getContainer(id)
            .remove({ force: true, v: true, abortSignal })
            .catch(unlessStatus(404)),
      }),
    logs: async ({ lines, since, ...options } = {}) => {
      const { terminal } = await container.inspect(options);
      return await connection.call({
        ...options,
        title: `logs ${name}`,
        readOnly: true,
        answer: z.instanceof(Buffer).transform((bytes) => readLogs(bytes, terminal)),
        ask: async (docker, abortSignal) =>
          await docker.getContainer(id).logs({
            stdout: true,
            stderr: true,
            ...omitUndefined({ tail: lines, since }),
            abortSignal,
          }),
        print: (text) => text,
        explain,
      });
    },
    followLogs: async (options) => {
      const { terminal } = await container.inspect(options);
      return await followLogs(connection, { id, name, terminal, explain }, options);
    },
    top: async (options) =>
      await connection.call({
        ...options,
        title: `top ${name}`,
        readOnly: true,
        answer: topAnswer,
        ask: (docker, abortSignal) => docker.getContainer(id).top({ abortSignal }),
        print: (processes) => processes.map((one) => Object.values(one).join('  ')).join('\n'),
        explain,
      }),
    exec: async (argv, options) =>
      await execInContainer(connection, { id, name, argv, explain }, options),
    openExec: async (argv, options) =>
      await openExec(connection, { id, name, argv, explain }, options),
  };
  return container;
}

/** Returns the call for `docker inspect`. */
export function inspectCall(id: string, name: string, options?: CallOptions): Call<ContainerFacts> {
  return {
    ...options,
    title: `inspect ${name}`,
    readOnly: true,
    answer: containerAnswer,
    ask: (docker, abortSignal) => docker.getContainer(id).inspect({ abortSignal }),
    print: (facts) => printInspection(facts.raw),
    explain: explainMissing(name),
  };
}

/** Explains refusals of a start, also of the second half of run. */
export function explainStart(name: string): Explain {
  return (refusal) => {
    const { message } = refusal;
    const port =
      /listen (?:tcp|udp)4? [\d.]*:(\d+): bind: address already in use/.exec(message)?.[1] ??
      /Bind for [\d.]+:(\d+) failed: port is already allocated/.exec(message)?.[1];
    if (port !== undefined) {
      return {
        code: 'port-busy',
        observed: `port ${port} of the machine is in use`,
        hint: 'stop the program with this port, or publish another port',
      };
    }
    if (/executable file not found|no such file or directory: unknown/.test(message)) {
      return {
        code: 'container-unsuitable',
        observed: `its program is not in the image (${message})`,
        hint: 'check its command and entrypoint',
      };
    }
    return explainAttachment(message) ?? explainMissing(name)(refusal);
  };
}

/**
 * Explains a failed attachment: in swarm mode, an engine requests a network from the manager only when a container
 * starts.
 */
function explainAttachment(message: string): Explanation | undefined {
  // Engines wait 20 s for the manager, and then for the gossip of the network (swarmRequestTimeout in moby's
  // daemon/cluster/cluster.go). If another engine had their address a moment ago, their gossip takes 30 s.
  if (/attaching to network failed, .*context deadline exceeded/.test(message)) {
    return {
      code: 'engine-refused',
      observed: 'the engine did not join the network within 20 s, the limit of Docker',
      hint: 'start it again in half a minute; if it fails again, check that "docker node ls" lists a leader, and that no host is overloaded',
    };
  }
  const network = /Could not attach to network (\S+):/.exec(message)?.[1];
  if (network === undefined) return undefined;
  if (/not manually attachable/.test(message)) {
    return {
      code: 'network-unknown',
      observed: `network ${network} is only for services`,
      hint: 'create the network with --attachable, or run the container as a service',
    };
  }
  return {
    code: 'network-unknown',
    observed: `the swarm does not provide network ${network} (${message})`,
    hint: 'create the network on a manager, and check that "docker node ls" lists this machine as ready',
  };
}

function explainMissing(name: string): Explain {
  return ({ status, message }) => {
    if (status === 404 && /no such container/i.test(message)) {
      return {
        code: 'container-unknown',
        observed: `unknown container ${name} on this engine`,
        hint: 'run the container first',
      };
    }
    if (/is not running/.test(message)) {
      return {
        code: 'container-not-running',
        observed: `${name} is not running`,
        hint: `read the reason in its log: docker logs ${name}`,
      };
    }
    return undefined;
  };
}

function readLogs(bytes: Buffer, terminal: boolean): string {
  if (terminal) return bytes.toString('utf8');
  const { stdout, stderr } = demuxOutput(bytes);
  return stdout + stderr;
}

const topAnswer = z
  .object({ Titles: z.array(z.string()), Processes: z.array(z.array(z.string())).nullable() })
  .transform(({ Titles, Processes }) =>
    (Processes ?? []).map((row) =>
      Object.fromEntries(Titles.map((title, column) => [title, row[column] ?? ''])),
    ),
  );
