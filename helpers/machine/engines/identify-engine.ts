import { hostName, ipAddress, isOfHost } from '../../process/text/reported-values.ts';
import { lookup } from 'node:dns/promises';
import { isIPv4 } from 'node:net';
import { z } from 'zod';
import { activity } from '../../process/activity.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { parseJson } from '../../process/text/parse-json.ts';
import { ask } from '../../docker/endpoints/engine-http.ts';
import {
  EngineAway,
  errorOf,
  explainConnection,
} from '../../docker/endpoints/explain-connection.ts';
import { type GivenEngine, toMachine } from './given-engine.ts';

/** What an engine says of itself. */
export interface Seen {
  readonly id: string;
  /** Its machine's hostname; undefined when what it says is none. */
  readonly name: string | undefined;
  /** Where it says that the others of its cluster find it. */
  readonly address: string | undefined;
}

/** An engine that answers, or why it does not. */
export type EngineLook = { readonly given: GivenEngine; readonly reachedAt: string } & (
  | { readonly seen: Seen }
  | { readonly away: EngineAway }
);

/** Docker 20.10's, the oldest that is checked. */
const oldest = { major: 20, minor: 10 };

/** Milliseconds for each question; a login through ssh is part of it. */
const USUAL_LIMIT = 15_000;

export interface LookOptions {
  /** Milliseconds after which an engine counts as one that does not answer; 15 s when absent. */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const versionAnswer = z.object({
  Version: z.string(),
  ApiVersion: z.string(),
  Os: z.string().default('linux'),
  Components: z.array(z.object({ Name: z.string() })).nullish(),
});

const infoAnswer = z.object({
  ID: z.string(),
  // One that is no host name is of no use to call it by: the user's own words are.
  Name: hostName.optional().catch(undefined),
  ClusterAdvertise: z.string().nullish(),
  Swarm: z.object({ NodeAddr: z.string().nullish() }).nullish(),
});

/**
 * Asks an engine that the user named who it is. One that does not answer is told as such; what can never be looked into
 * (another service, another kind of engine, one that does not let this user in) is a {@link HarnessError}.
 */
export async function lookAtEngine(
  given: GivenEngine,
  options: LookOptions = {},
): Promise<EngineLook> {
  return await activity('command', `${given.givenAs}: docker version`, async () => {
    const reachedAt = await resolveHost(given);
    try {
      requireDocker(given, await askForJson(given, '/version', options));
      const { data } = infoAnswer.safeParse(await askForJson(given, '/info', options));
      if (data === undefined) throw notDocker(given, 'what it says of itself is not understood');
      const { ID: id, Name: name, ClusterAdvertise, Swarm } = data;
      const told = Swarm?.NodeAddr || ClusterAdvertise?.replace(/:\d+$/, '');
      return { given, reachedAt, seen: { id, name, address: memberAddress(told, reachedAt) } };
    } catch (error) {
      if (error instanceof EngineAway) return { given, reachedAt, away: error };
      throw error;
    }
  });
}

/** What an engine says that its address is, if other machines can have that address at all. */
function memberAddress(told: string | undefined, reachedAt: string): string | undefined {
  if (told === undefined || !ipAddress.safeParse(told).success) return undefined;
  // A cluster of one machine alone may be on its loopback.
  const isHere = reachedAt === '' || reachedAt.startsWith('127.');
  return isOfHost(told) || (isHere && told.startsWith('127.')) ? told : undefined;
}

/** The address at which it is reached from here; empty when that says nothing. */
async function resolveHost({ endpoint }: GivenEngine): Promise<string> {
  if (endpoint.kind === 'unix' || isIPv4(endpoint.host)) {
    return endpoint.kind === 'unix' ? '' : endpoint.host;
  }
  // Why there is none is told by the connection.
  return await lookup(endpoint.host, 4).then(
    ({ address }) => address,
    () => '',
  );
}

async function askForJson(
  given: GivenEngine,
  path: string,
  { limit = USUAL_LIMIT, signal }: LookOptions,
): Promise<unknown> {
  const timer = AbortSignal.timeout(limit);
  const until = AbortSignal.any([timer, ...(signal === undefined ? [] : [signal])]);
  const answer = await ask(given.endpoint, 'GET', path, { signal: until }).catch(
    (cause: unknown) => {
      signal?.throwIfAborted();
      throw explain(given, cause, timer.aborted ? limit : undefined);
    },
  );
  if (answer.status === 200) return parseJson(answer.body);
  if (/HTTP request to an HTTPS server/.test(answer.body)) {
    throw new HarnessError({
      code: 'certificate-wrong',
      tried: given.givenAs,
      observed: 'its engine listens with TLS, and no certificates are given for it',
      remedy: 'name the folder with ca.pem, cert.pem and key.pem (--tls-dir)',
    });
  }
  if (answer.status >= 500) {
    throw new HarnessError({
      code: 'engine-refused',
      tried: given.givenAs,
      observed: `${path} is answered by ${answer.status}: ${answer.body.trim().slice(0, 200)}`,
      remedy: 'read the log of its engine',
    });
  }
  throw notDocker(given, `${path} is answered by ${answer.status}`);
}

/** @param passed the limit, if it has passed */
function explain(given: GivenEngine, cause: unknown, passed: number | undefined): HarnessError {
  const explanation =
    passed === undefined
      ? explainConnection(cause, toMachine(given))
      : { code: 'engine-unreachable' as const, observed: `no answer after ${passed / 1000} s` };
  const parts = { tried: given.givenAs, ...explanation, cause };
  return errorOf(parts);
}

function requireDocker(given: GivenEngine, answer: unknown): void {
  const version = versionAnswer.safeParse(answer).data;
  if (version === undefined) throw notDocker(given, 'it does not answer as one');
  const { Version, Os, Components } = version;
  if (Version.startsWith('swarm/')) {
    throw notDocker(given, 'it is the manager of a classic Swarm', 'name its engines themselves');
  }
  if (Components?.some(({ Name }) => Name.startsWith('Podman')))
    throw notDocker(given, 'it is Podman');
  if (Os !== 'linux') throw notDocker(given, `it runs containers of ${Os}, not of Linux`);
  const [, major = '', minor = ''] = /^(\d+)\.(\d+)/.exec(Version) ?? [];
  // Who builds an engine of his own may call its version what he likes.
  if (major === '') return;
  const isOld =
    Number(major) < oldest.major ||
    (Number(major) === oldest.major && Number(minor) < oldest.minor);
  if (!isOld) return;
  throw new HarnessError({
    code: 'engine-unsuitable',
    tried: given.givenAs,
    observed: `its engine is Docker ${Version}, too old to be checked`,
    remedy: `it takes ${oldest.major}.${oldest.minor} or newer`,
  });
}

function notDocker(
  { givenAs }: GivenEngine,
  because: string,
  remedy = 'name the endpoint of a Docker Engine',
): HarnessError {
  return new HarnessError({
    code: 'engine-unsuitable',
    tried: givenAs,
    observed: `it is no Docker Engine: ${because}`,
    remedy,
  });
}
