import type Docker from 'dockerode';
import { z } from 'zod';
import { commandLine } from '../../process/run-command.ts';
import type { CallOptions, Connection } from '../connection.ts';
import type { Explain } from '../explain-failure.ts';
import { type RequestOptions, requestOf, wordsOf } from '../request-options.ts';

export type SwarmRole = 'worker' | 'manager';

/** The tokens with which engines join a swarm, by role. */
export type JoinTokens = Readonly<Record<SwarmRole, string>>;

/** The description of a swarm that a manager returns. */
export interface SwarmFacts {
  readonly id: string;
  readonly tokens: JoinTokens;
  /** The complete response of the engine. */
  readonly raw: unknown;
}

export interface SwarmInitRequest {
  /** The address at which other members reach this engine. */
  readonly advertise: string;
  /** The address for packets of overlay networks, if it differs from that of the swarm's own traffic. */
  readonly dataPath?: string;
  /** The UDP port for packets of overlay networks, on all nodes. Default: 4789. */
  readonly dataPathPort?: number;
}

export interface SwarmJoinRequest extends Omit<SwarmInitRequest, 'dataPathPort'> {
  /** The address of any manager, such as `192.168.99.101:2377`. */
  readonly manager: string;
  readonly token: string;
}

/** The membership of an engine in a swarm. */
export interface Swarm {
  /** Creates a swarm with this engine as its manager. Returns the engine's node ID. */
  init(request: SwarmInitRequest, options?: CallOptions): Promise<string>;
  join(request: SwarmJoinRequest, options?: CallOptions): Promise<void>;
  /** Leaves the swarm. A manager needs `force`; so does an engine that still tries to join. */
  leave(options?: CallOptions & { readonly force?: boolean }): Promise<void>;
  /** Returns the description of the swarm. Only a manager can. */
  inspect(options?: CallOptions): Promise<SwarmFacts>;
  /** Replaces the token of a role, and returns the new tokens. */
  rotateToken(role: SwarmRole, options?: CallOptions): Promise<JoinTokens>;
  /**
   * Sets the interval, in seconds, at which nodes send heartbeats to the manager. Default: 5. A node is down after
   * three missed ones.
   */
  setHeartbeat(seconds: number, options?: CallOptions): Promise<void>;
}

const swarmAnswer = z.looseObject({
  ID: z.string(),
  Version: z.looseObject({ Index: z.number() }),
  Spec: z.record(z.string(), z.unknown()),
  JoinTokens: z.object({ Worker: z.string(), Manager: z.string() }),
});

const swarmFacts = swarmAnswer.transform(
  (swarm): SwarmFacts => ({
    id: swarm.ID,
    tokens: { worker: swarm.JoinTokens.Worker, manager: swarm.JoinTokens.Manager },
    raw: swarm,
  }),
);

/** An engine tries to join for 20 s before it answers. */
const joinLimit = 60_000;

/** All addresses of the machine, at the port of swarm mode. */
const ListenAddr = '0.0.0.0:2377';

export function openSwarm(connection: Connection): Swarm {
  const inspect: Swarm['inspect'] = async (options) =>
    await connection.call({
      ...options,
      title: 'swarm inspect',
      readOnly: true,
      answer: swarmFacts,
      ask: (docker) => docker.swarmInspect(),
      print: ({ id }) => id,
      explain: explainSwarm,
    });
  return {
    init: async (request, options) =>
      await connection.call({
        limit: joinLimit,
        ...options,
        title: 'swarm init',
        line: commandLine('swarm', ['init', ...wordsOf(initOptions, request)]),
        answer: z.string(),
        ask: (docker, abortSignal) =>
          docker.swarmInit({ ListenAddr, ...requestOf(initOptions, request), abortSignal }),
        print: (node) => node,
        explain: explainSwarm,
      }),
    join: async (request, options) => {
      await connection.call({
        limit: joinLimit,
        ...options,
        title: `swarm join ${request.manager}`,
        line: commandLine('swarm', ['join', ...wordsOf(joinOptions, request)]),
        answer: z.unknown(),
        ask: (docker, abortSignal) =>
          docker.swarmJoin({ ListenAddr, ...requestOf(joinOptions, request), abortSignal }),
        explain: explainJoin(request.manager),
      });
    },
    leave: async ({ force = false, ...options } = {}) => {
      await connection.call({
        ...options,
        title: `swarm leave${force ? ' --force' : ''}`,
        answer: z.unknown(),
        ask: (docker, abortSignal) =>
          docker.swarmLeave({ _query: force ? { force } : {}, abortSignal }),
        explain: explainSwarm,
      });
    },
    inspect,
    rotateToken: async (role, options) => {
      const rotate = role === 'worker' ? { rotateWorkerToken: true } : { rotateManagerToken: true };
      await connection.call({
        ...options,
        title: `swarm join-token --rotate ${role}`,
        answer: z.unknown(),
        ask: (docker, abortSignal) => changeSwarm(docker, { query: rotate }, abortSignal),
        explain: explainSwarm,
      });
      return (await inspect(options)).tokens;
    },
    setHeartbeat: async (seconds, options) => {
      await connection.call({
        ...options,
        title: `swarm update --dispatcher-heartbeat=${seconds}s`,
        answer: z.unknown(),
        ask: (docker, abortSignal) => {
          const spec = { Dispatcher: { HeartbeatPeriod: seconds * 1e9 } };
          return changeSwarm(docker, { spec }, abortSignal);
        },
        explain: explainSwarm,
      });
    },
  };
}

/** Changes a swarm. The request must name the swarm's current version, and contain all unchanged options. */
async function changeSwarm(
  docker: Docker,
  { query = {}, spec = {} }: { query?: object; spec?: object },
  abortSignal: AbortSignal,
): Promise<unknown> {
  const { Version, Spec } = swarmAnswer.parse(await docker.swarmInspect());
  return await docker.swarmUpdate({
    _query: { version: Version.Index, ...query },
    _body: { ...Spec, ...spec },
    abortSignal,
  });
}

const memberOptions: RequestOptions<Omit<SwarmInitRequest, 'dataPathPort'>, object> = {
  advertise: (address) => ({
    flags: [`--advertise-addr=${address}`],
    request: { AdvertiseAddr: address },
  }),
  dataPath: (address) => ({
    flags: [`--data-path-addr=${address}`],
    request: { DataPathAddr: address },
  }),
};

const initOptions: RequestOptions<SwarmInitRequest, object> = {
  ...memberOptions,
  dataPathPort: (port) => ({
    flags: [`--data-path-port=${port}`],
    request: { DataPathPort: port },
  }),
};

const joinOptions: RequestOptions<SwarmJoinRequest, object> = {
  ...memberOptions,
  token: (token) => ({ flags: ['--token', token], request: { JoinToken: token } }),
  manager: (manager) => ({ words: [manager], request: { RemoteAddrs: [manager] } }),
};

/** Explains refusals that every request about a swarm can cause. */
export const explainSwarm: Explain = ({ message }) => {
  if (/already part of a swarm/.test(message)) {
    return {
      code: 'swarm-membership',
      observed: 'the engine is already in a swarm',
      hint: 'leave that swarm first: docker swarm leave',
    };
  }
  if (/not part of a swarm/.test(message))
    return { code: 'swarm-membership', observed: 'the engine is in no swarm' };
  if (/Worker nodes can't be used/.test(message)) {
    return {
      code: 'swarm-membership',
      observed: 'the engine is only a worker of its swarm',
      hint: 'send the request to a manager',
    };
  }
  if (/not a swarm manager/.test(message)) {
    return {
      code: 'swarm-membership',
      observed: 'the engine is in no swarm',
      hint: 'run "docker swarm init" to create one, or "docker swarm join" to join one',
    };
  }
  if (
    /You are attempting to leave the swarm on a node that is participating as a manager/.test(
      message,
    )
  ) {
    return {
      code: 'swarm-membership',
      observed: 'the engine is a manager',
      hint: 'demote the manager first, or leave with --force, which ends the swarm if it has no other manager',
    };
  }
  return undefined;
};

function explainJoin(manager: string): Explain {
  return (refusal) => {
    const { message } = refusal;
    if (/A valid join token is necessary/.test(message)) {
      return {
        code: 'login-refused',
        observed: `${manager} does not know the join token`,
        hint: 'run "docker swarm join-token" on a manager to get the current token: this one was rotated or is incomplete',
      };
    }
    if (/invalid join token|does not match fingerprint/.test(message)) {
      return {
        code: 'login-refused',
        observed: `the join token belongs to another swarm than that of ${manager} (${message})`,
        hint: 'run "docker swarm join-token" on a manager to get the token',
      };
    }
    const why = /connect: ([\w ]+)/.exec(message)?.[1];
    if (/Timeout was reached|context deadline exceeded/.test(message) || why !== undefined) {
      return {
        code: 'engine-refused',
        observed: `no manager answers at ${manager} (${why ?? 'timeout'})`,
        hint: 'check that its engine runs as a manager, and that port 2377 is open to this machine',
      };
    }
    return explainSwarm(refusal);
  };
}
