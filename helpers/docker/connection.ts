import type Docker from 'dockerode';
import { z } from 'zod';
import type { EngineHost } from './endpoints/endpoint.ts';
import { openTransport, type Transport } from './endpoints/transport.ts';
import { activity, type ActivityReport } from '../process/activity.ts';
import { limitWait } from '../process/waits/cut-waits.ts';
import { HarnessError } from '../process/errors/harness-error.ts';
import { unlessAborted } from '../process/waits/unless-aborted.ts';
import { type Explain, explainFailure } from './explain-failure.ts';

/** What every call to an engine takes. */
export interface CallOptions {
  /** Milliseconds until the call is given up; 30 s when absent and not said otherwise. */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Publishes nothing: for a wait that asks again and again, and tells itself what it saw. */
  readonly quiet?: boolean | undefined;
}

/** One question to an engine. */
export interface Call<T> extends CallOptions {
  /** `command` when absent. */
  readonly kind?: 'command' | 'transfer';
  /** What the docker client would be called with: «network inspect my-net». */
  readonly title: string;
  /** The whole command line, where the title shortens it. */
  readonly line?: string;
  /** What the engine must answer; anything else is an error, never passed on. */
  readonly answer: z.ZodType<T>;
  ask(docker: Docker, signal: AbortSignal, report: ActivityReport): Promise<unknown>;
  /** What the docker client would print. */
  print?(value: T): string;
  /** Turns what the engine refuses into words and a remedy of this call's own. */
  readonly explain?: Explain;
  /** Asks only, changes nothing: may be asked again when a kept connection turns out to be dead. */
  readonly readOnly?: boolean;
}

/** The way to one machine's engine: connections that are kept open between calls. */
export interface Connection {
  readonly machine: EngineHost;
  /** Aborts when it is closed: streams that outlive their call end by it. */
  readonly closed: AbortSignal;
  call<T>(call: Call<T>): Promise<T>;
  /** Gives up every call and closes every connection, for good: a later call fails without asking anything. */
  close(): void;
}

const silent: ActivityReport = { input: () => {}, output: () => {}, progress: () => {} };

const defaultLimit = 30_000;

/** Opens nothing yet: certificates are read and the client is loaded with the first call. */
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
      // A failure before the first request (a missing certificate) may be over before the next call.
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
          tried: `${machine.name}: ask its engine`,
          observed: 'the connection to it was closed',
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
 * The client reads DOCKER_HOST and DOCKER_CERT_PATH even when it is told everything, and dies of a shell that still
 * points to a machine long gone.
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
  // A call that says how long it takes is known to take long.
  const { limit, note } =
    call.limit === undefined ? limitWait(defaultLimit) : { limit: call.limit, note: '' };
  call.signal?.throwIfAborted();
  const signal = AbortSignal.any([
    AbortSignal.timeout(limit),
    ...(call.signal === undefined ? [] : [call.signal]),
  ]);
  // Aborts only while the call lasts: what it gives, a container's streams, may outlive its limit.
  const givenUp = new AbortController();
  const giveUp = () => givenUp.abort(signal.reason);
  signal.addEventListener('abort', giveUp, { once: true });
  let answer: unknown;
  try {
    const docker = destroyOnAbort(await client, givenUp.signal);
    const asked = call.ask(docker, givenUp.signal, report).catch(async (error: unknown) => {
      // RFC 9110, 9.2.2: a safe request that met a connection closed meanwhile may be sent again.
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

/** An engine answers what no engine of Docker does: a value is missing, or is not valid. */
export class InvalidAnswer extends HarnessError {
  constructor(tried: string, cause: z.ZodError) {
    const [first] = cause.issues;
    const where = first?.path.join('.') ?? '';
    super({
      code: 'answer-invalid',
      tried,
      observed: `the engine reports an invalid value: ${where}: ${first?.message ?? ''}`,
      remedy:
        'its version may be too new or too old to be understood, or it is no engine of Docker',
      cause,
      evidence: z.prettifyError(cause),
    });
  }
}

/**
 * The same client, all of whose requests are destroyed when the signal aborts. Many of the client's calls take no signal;
 * a request that is only not waited for any more keeps its connection open, and this process alive, until the engine answers.
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
