import type Docker from 'dockerode';
import { z } from 'zod';
import type { EngineHost } from './endpoints/endpoint.ts';
import { openTransport, type Transport } from './endpoints/transport.ts';
import { activity, type ActivityReport } from '../process/activity.ts';
import { limitWait } from '../process/waits/cut-waits.ts';
import { HarnessError } from '../process/errors/harness-error.ts';
import { unlessAborted } from '../process/waits/unless-aborted.ts';
import { type Explain, explainFailure } from './explain-failure.ts';

/** Options of every call to an engine. */
export interface CallOptions {
  /**
   * In milliseconds, until the call is aborted. Default: 30 s, unless documented otherwise. The `limitFactor` of the
   * machine multiplies it.
   */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Publishes no activity: for waits that poll, and report their observations themselves. */
  readonly quiet?: boolean | undefined;
}

/** One request to an engine. */
export interface Call<T> extends CallOptions {
  /** Default: `command`. */
  readonly kind?: 'command' | 'transfer';
  /** The equivalent arguments of the docker client: "network inspect my-net". */
  readonly title: string;
  /** The complete command line, if the title is shortened. */
  readonly line?: string;
  /** The schema of the engine's response; any other response is an error. */
  readonly answer: z.ZodType<T>;
  ask(docker: Docker, signal: AbortSignal, report: ActivityReport): Promise<unknown>;
  /** Returns the output that the docker client would print. */
  print?(value: T): string;
  /** Returns an explanation and a hint for a refusal of the engine. */
  readonly explain?: Explain;
  /** True if the request changes nothing, so that it may be sent again after a kept connection has failed. */
  readonly readOnly?: boolean;
}

/** The client of one machine's engine. It keeps connections open between calls. */
export interface Connection {
  readonly machine: EngineHost;
  /** Aborts when the client is closed, which ends streams that outlive their call. */
  readonly closed: AbortSignal;
  call<T>(call: Call<T>): Promise<T>;
  /** Aborts every call and closes every connection permanently: a later call fails without a request. */
  close(): void;
}

const silent: ActivityReport = { input: () => {}, output: () => {}, progress: () => {} };

const defaultLimit = 30_000;

/** Opens no connection: the first call reads the certificates and loads the client. */
export function openConnection(machine: EngineHost): Connection {
  let transport: Promise<Transport> | undefined;
  const closed = new AbortController();
  let client: Promise<Docker> | undefined;
  return {
    machine,
    closed: closed.signal,
    call: async (given) => {
      const { signal = closed.signal } = given;
      const call = { ...given, signal: AbortSignal.any([signal, closed.signal]) };
      transport ??= openTransport(machine.endpoint);
      client ??= loadClient(transport);
      // A failure before the first request, such as a missing certificate, may be fixed before the next call.
      client.catch(() => {
        transport = undefined;
        client = undefined;
      });
      const ready = client;
      if (call.quiet === true) return await ask(machine, ready, call, silent);
      return await activity(
        call.kind ?? 'command',
        `${machine.name}: docker ${call.title}`,
        async (report) => {
          report.input(`docker ${call.line ?? call.title}`);
          const value = await ask(machine, ready, call, report);
          const printed = call.print?.(value);
          if (printed !== undefined) report.output(printed);
          return value;
        },
        { machine: machine.name },
      );
    },
    close: () => {
      closed.abort(
        new HarnessError({
          code: 'connection-closed',
          tried: `${machine.name}: query its engine`,
          observed: 'the client is closed',
        }),
      );
      void transport?.then(
        ({ agent }) => agent.destroy(),
        () => {},
      );
    },
  };
}

async function loadClient(transport: Promise<Transport>): Promise<Docker> {
  const [{ default: Client }, { target, agent }] = await Promise.all([
    import('dockerode'),
    transport,
  ]);
  const options = { ...target, agent, pathPrefix: '/' };
  return withoutDockerEnvironment(() => new Client(options));
}

/**
 * Runs `make` without DOCKER_HOST and DOCKER_CERT_PATH: the client reads them even if all options are given, and fails
 * if they refer to a removed machine.
 */
function withoutDockerEnvironment<T>(make: () => T): T {
  const { DOCKER_HOST } = process.env;
  if (DOCKER_HOST === undefined) return make();
  delete process.env['DOCKER_HOST'];
  try {
    return make();
  } finally {
    process.env['DOCKER_HOST'] = DOCKER_HOST;
  }
}

async function ask<T>(
  machine: EngineHost,
  client: Promise<Docker>,
  call: Call<T>,
  report: ActivityReport,
): Promise<T> {
  const tried = `${machine.name}: docker ${call.title}`;
  const { limitFactor = 1 } = machine;
  // A call with its own limit is expected to take long.
  const { limit, note } =
    call.limit === undefined
      ? limitWait(defaultLimit * limitFactor)
      : { limit: call.limit * limitFactor, note: '' };
  call.signal?.throwIfAborted();
  const signal = AbortSignal.any([
    AbortSignal.timeout(limit),
    ...(call.signal === undefined ? [] : [call.signal]),
  ]);
  // Aborted only during the call: its result, such as a container's streams, may outlive the limit.
  const givenUp = new AbortController();
  const giveUp = () => givenUp.abort(signal.reason);
  signal.addEventListener('abort', giveUp, { once: true });
  let answer: unknown;
  try {
    const docker = destroyOnAbort(await client, givenUp.signal);
    const asked = call.ask(docker, givenUp.signal, report).catch(async (error: unknown) => {
      // RFC 9110, 9.2.2: a safe request may be repeated if the connection was closed before it.
      if (call.readOnly === true && isClosedConnection(error) && !signal.aborted)
        return await call.ask(docker, givenUp.signal, report);
      throw error;
    });
    answer = await unlessAborted(asked, signal);
  } catch (error) {
    call.signal?.throwIfAborted();
    if (error instanceof HarnessError) throw error;
    throw explainFailure(
      error,
      { tried, machine, limit, note, timedOut: signal.aborted },
      call.explain,
    );
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
  const parsed = call.answer.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new InvalidAnswer(tried, parsed.error);
}

/** The error for a response that no Docker Engine sends: a value is missing or invalid. */
export class InvalidAnswer extends HarnessError {
  constructor(tried: string, cause: z.ZodError) {
    const [first] = cause.issues;
    const where = first?.path.join('.') ?? '';
    super({
      code: 'answer-invalid',
      tried,
      observed: `the engine reports an invalid value: ${where}: ${first?.message ?? ''}`,
      hint: 'use a supported version of Docker Engine: this one may be too new, too old, or another product',
      cause,
      evidence: z.prettifyError(cause),
    });
  }
}

/**
 * Returns the same client, all of whose requests are destroyed when the signal aborts. Many calls of the client take no
 * signal; a request that is no longer awaited would keep its connection and this process alive until the engine
 * answers.
 */
function destroyOnAbort(docker: Docker, abortSignal: AbortSignal): Docker {
  const modem = Object.create(docker.modem) as Docker['modem'];
  modem.dial = (options, callback) => {
    docker.modem.dial({ ...options, abortSignal: options.abortSignal ?? abortSignal }, callback);
  };
  return Object.assign(Object.create(docker) as Docker, { modem });
}

function isClosedConnection(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
}
