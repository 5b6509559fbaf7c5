import type Docker from 'dockerode';
import { z } from 'zod';
import { commandLine } from '../../process/run-command.ts';
import type { CallOptions, Connection } from '../connection.ts';
import type { Explain } from '../explain-failure.ts';
import { type RequestOptions, requestOf, wordsOf } from '../request-options.ts';

export type SwarmRole = 'worker' | 'manager';

/** What an engine shows to be let in, by the role that it gets. */
export type JoinTokens = Readonly<Record<SwarmRole, string>>;

/** What a manager says of its swarm. */
export interface SwarmFacts {
  readonly id: string;
  readonly tokens: JoinTokens;
  /** The engine's whole answer. */
  readonly raw: unknown;
}

export interface SwarmInitRequest {
  /** The address at which the others find this engine. */
  readonly advertise: string;
  /** Where the overlay's packets go, if they shall take another way than the swarm's own talk. */
  readonly dataPath?: string;
}

export interface SwarmJoinRequest extends SwarmInitRequest {
  /** `192.168.99.101:2377`, any manager's. */
  readonly manager: string;
  readonly token: string;
}

/** How an engine becomes a member of a swarm, and how it ceases to be one. */
export interface Swarm {
  /** Makes a swarm with this engine as its manager; gives the engine's id as a node. */
  init(request: SwarmInitRequest, options?: CallOptions): Promise<string>;
  join(request: SwarmJoinRequest, options?: CallOptions): Promise<void>;
  /** A manager only leaves with `force`; so does an engine that still tries to join. */
  leave(options?: CallOptions & { readonly force?: boolean }): Promise<void>;
  /** Only a manager can tell. */
  inspect(options?: CallOptions): Promise<SwarmFacts>;
  /** Makes the token of that role invalid, and gives the new ones. */
  rotateToken(role: SwarmRole, options?: CallOptions): Promise<JoinTokens>;
  /** How often nodes tell the manager that they live, in seconds: 5 by itself. After three times that a node is down. */
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

/** Before an engine answers to a join it tries for 20 s. */
const joinLimit = 60_000;

/** All addresses of the machine, at swarm mode's port. */
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

/** A change must name the version of the swarm that it changes, and carry all that stays. */
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

const initOptions: RequestOptions<SwarmInitRequest, object> = {
  advertise: (address) => ({
    flags: [`--advertise-addr=${address}`],
    request: { AdvertiseAddr: address },
  }),
  dataPath: (address) => ({
    flags: [`--data-path-addr=${address}`],
    request: { DataPathAddr: address },
  }),
};

const joinOptions: RequestOptions<SwarmJoinRequest, object> = {
  ...initOptions,
  token: (token) => ({ flags: ['--token', token], request: { JoinToken: token } }),
  manager: (manager) => ({ words: [manager], request: { RemoteAddrs: [manager] } }),
};

/** What every call says of a swarm can meet. */
export const explainSwarm: Explain = ({ message }) => {
  if (/already part of a swarm/.test(message)) {
    return {
      code: 'swarm-membership',
      observed: 'the engine is in a swarm already',
      remedy: 'let it leave that one first: docker swarm leave',
    };
  }
  if (/not part of a swarm/.test(message))
    return { code: 'swarm-membership', observed: 'the engine is in no swarm' };
  if (/Worker nodes can't be used/.test(message)) {
    return {
      code: 'swarm-membership',
      observed: 'the engine is only a worker of its swarm',
      remedy: 'ask a manager',
    };
  }
  if (/not a swarm manager/.test(message)) {
    return {
      code: 'swarm-membership',
      observed: 'the engine is in no swarm',
      remedy: 'docker swarm init makes one, docker swarm join brings it into one',
    };
  }
  if (
    /You are attempting to leave the swarm on a node that is participating as a manager/.test(
      message,
    )
  ) {
    return {
      code: 'swarm-membership',
      observed: 'it is a manager',
      remedy: 'demote it first, or leave with --force, which ends a swarm that has no other',
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
        remedy:
          'it was rotated, or is cut short: docker swarm join-token, on a manager, tells the one that counts',
      };
    }
    if (/invalid join token|does not match fingerprint/.test(message)) {
      return {
        code: 'login-refused',
        observed: `the join token is none of the swarm at ${manager} (${message})`,
        remedy: 'docker swarm join-token, on a manager, tells it',
      };
    }
    const why = /connect: ([\w ]+)/.exec(message)?.[1];
    if (/Timeout was reached|context deadline exceeded/.test(message) || why !== undefined) {
      return {
        code: 'engine-refused',
        observed: `no manager answers at ${manager} (${why ?? 'timeout'})`,
        remedy: 'see that its engine runs as a manager and port 2377 is open towards this machine',
      };
    }
    return explainSwarm(refusal);
  };
}
