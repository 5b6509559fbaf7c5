import { ipAddress, isOfHost } from '../../process/text/reported-values.ts';
import { lookup } from 'node:dns/promises';
import { isIPv4 } from 'node:net';
import { activity } from '../../process/activity.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { InvalidAnswer, openConnection } from '../../docker/connection.ts';
import { EngineAway, errorOf } from '../../docker/endpoints/explain-connection.ts';
import type { Explanation } from '../../docker/endpoints/explanation.ts';
import type { Explain } from '../../docker/explain-failure.ts';
import { type EngineVersion, readIdentity, readVersion } from '../../docker/info.ts';
import { type GivenEngine, toMachine } from './given-engine.ts';

/** The identity that an engine reports. */
export interface Identity {
  readonly id: string;
  /** The hostname of its machine; undefined if it reports an invalid one. */
  readonly name: string | undefined;
  /** The address at which other members of its cluster reach it. */
  readonly address: string | undefined;
}

/** An engine that answers, or the error of an engine that does not. */
export type IdentifiedEngine = { readonly given: GivenEngine; readonly reachedAt: string } & (
  | { readonly identity: Identity }
  | { readonly away: EngineAway }
);

/** The oldest supported version: Docker 20.10. */
const oldest = { major: 20, minor: 10 };

/** In milliseconds, for each request, including a login by ssh. */
const USUAL_LIMIT = 15_000;

export interface IdentifyOptions {
  /** In milliseconds, until an engine counts as not answering. Default: 15 s. */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Identifies an engine that the user named. An engine that does not answer is a result too. If it can never be checked
 * (another service, another kind of engine, no permission), throws a {@link HarnessError}.
 */
export async function identifyEngine(
  given: GivenEngine,
  { limit = USUAL_LIMIT, signal }: IdentifyOptions = {},
): Promise<IdentifiedEngine> {
  return await activity('command', `${given.givenAs}: docker version`, async () => {
    const reachedAt = await resolveHost(given);
    const connection = openConnection(toMachine(given));
    const options = { limit, signal, quiet: true };
    try {
      requireDocker(
        given,
        await readVersion(connection, { ...options, explain: explainRefusal('/version') }),
      );
      const { id, name, advertised } = await readIdentity(connection, {
        ...options,
        explain: explainRefusal('/info'),
      });
      const address = memberAddress(advertised, reachedAt);
      return { given, reachedAt, identity: { id, name, address } };
    } catch (error) {
      signal?.throwIfAborted();
      const named = nameEngine(given, error);
      if (named instanceof EngineAway) return { given, reachedAt, away: named };
      throw named;
    } finally {
      connection.close();
    }
  });
}

/** Returns a request's error with the user's name for the engine. */
function nameEngine({ givenAs }: GivenEngine, error: unknown): unknown {
  if (error instanceof InvalidAnswer) {
    return errorOf({
      tried: givenAs,
      ...notDocker('the engine reports an invalid value'),
      cause: error,
    });
  }
  if (!(error instanceof HarnessError)) return error;
  const { code, observed, hint, cause } = error;
  return errorOf({ code, tried: givenAs, observed, hint, cause });
}

/** Returns the address that an engine reports, if other machines can have it. */
function memberAddress(told: string | undefined, reachedAt: string): string | undefined {
  if (told === undefined || !ipAddress.safeParse(told).success) return undefined;
  // A cluster of one machine may use its loopback.
  const isHere = reachedAt === '' || reachedAt.startsWith('127.');
  return isOfHost(told) || (isHere && told.startsWith('127.')) ? told : undefined;
}

/** Returns the address at which this host reaches the engine; empty if it is unknown. */
async function resolveHost({ endpoint }: GivenEngine): Promise<string> {
  if (endpoint.kind === 'unix' || isIPv4(endpoint.host)) {
    return endpoint.kind === 'unix' ? '' : endpoint.host;
  }
  // If the lookup fails, the connection reports the reason.
  return await lookup(endpoint.host, 4).then(
    ({ address }) => address,
    () => '',
  );
}

function explainRefusal(path: string): Explain {
  return ({ status, message }) => {
    if (/HTTP request to an HTTPS server/.test(message)) {
      return {
        code: 'certificate-wrong',
        observed: 'the engine requires TLS, and no certificates were given',
        hint: 'give the folder of ca.pem, cert.pem and key.pem with --tls-dir',
      };
    }
    const observed = `the response to ${path} has status ${status}`;
    if (status < 500) return notDocker(observed);
    return {
      code: 'engine-refused',
      observed: `${observed}: ${message.trim().slice(0, 200)}`,
      hint: 'read the log of the engine',
    };
  };
}

function requireDocker({ givenAs }: GivenEngine, { version, os, components }: EngineVersion): void {
  const refuse = (explanation: Explanation) => errorOf({ tried: givenAs, ...explanation });
  if (version.startsWith('swarm/')) {
    throw refuse(
      notDocker(
        'the endpoint is the manager of a classic Swarm',
        'give the endpoints of its engines',
      ),
    );
  }
  if (components.some((name) => name.startsWith('Podman')))
    throw refuse(notDocker('the endpoint is Podman'));
  if (os !== 'linux')
    throw refuse(notDocker(`the engine runs ${os} containers, not Linux containers`));
  const [, major = '', minor = ''] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  // Self-built engines may have any version.
  if (major === '') return;
  const isOld =
    Number(major) < oldest.major ||
    (Number(major) === oldest.major && Number(minor) < oldest.minor);
  if (!isOld) return;
  throw refuse({
    code: 'engine-unsuitable',
    observed: `the engine is Docker ${version}, which is too old`,
    hint: `upgrade to ${oldest.major}.${oldest.minor} or later`,
  });
}

function notDocker(because: string, hint = 'give the endpoint of a Docker Engine'): Explanation {
  return {
    code: 'engine-unsuitable',
    observed: `not a supported Docker Engine: ${because}`,
    hint,
  };
}
