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
  /** Its machine's hostname; undefined if it reports an invalid one. */
  readonly name: string | undefined;
  /** The address at which other members of its cluster find it. */
  readonly address: string | undefined;
}

/** An engine that answers, or the error of one that does not. */
export type IdentifiedEngine = { readonly given: GivenEngine; readonly reachedAt: string } & (
  | { readonly identity: Identity }
  | { readonly away: EngineAway }
);

/** Docker 20.10's, the oldest that is checked. */
const oldest = { major: 20, minor: 10 };

/** Milliseconds for each question; a login through ssh is part of it. */
const USUAL_LIMIT = 15_000;

export interface IdentifyOptions {
  /** Milliseconds after which an engine counts as one that does not answer; 15 s when absent. */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Identifies an engine that the user named. One that does not answer is a result, too; one that can never be checked
 * (another service, another kind of engine, one that refuses this user) is a {@link HarnessError}.
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

/** Returns the error of a request as one about the engine in the user's own words. */
function nameEngine({ givenAs }: GivenEngine, error: unknown): unknown {
  if (error instanceof InvalidAnswer) {
    return errorOf({ tried: givenAs, ...notDocker('it reports an invalid value'), cause: error });
  }
  if (!(error instanceof HarnessError)) return error;
  const { code, observed, remedy, cause } = error;
  return errorOf({ code, tried: givenAs, observed, remedy, cause });
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

function explainRefusal(path: string): Explain {
  return ({ status, message }) => {
    if (/HTTP request to an HTTPS server/.test(message)) {
      return {
        code: 'certificate-wrong',
        observed: 'its engine listens with TLS, and no certificates are given for it',
        remedy: 'name the folder with ca.pem, cert.pem and key.pem (--tls-dir)',
      };
    }
    const observed = `${path} is answered by ${status}`;
    if (status < 500) return notDocker(observed);
    return {
      code: 'engine-refused',
      observed: `${observed}: ${message.trim().slice(0, 200)}`,
      remedy: 'read the log of its engine',
    };
  };
}

function requireDocker({ givenAs }: GivenEngine, { version, os, components }: EngineVersion): void {
  const refuse = (explanation: Explanation) => errorOf({ tried: givenAs, ...explanation });
  if (version.startsWith('swarm/')) {
    throw refuse(notDocker('it is the manager of a classic Swarm', 'name its engines themselves'));
  }
  if (components.some((name) => name.startsWith('Podman'))) throw refuse(notDocker('it is Podman'));
  if (os !== 'linux') throw refuse(notDocker(`it runs containers of ${os}, not of Linux`));
  const [, major = '', minor = ''] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  // Engines that somebody builds may have any version.
  if (major === '') return;
  const isOld =
    Number(major) < oldest.major ||
    (Number(major) === oldest.major && Number(minor) < oldest.minor);
  if (!isOld) return;
  throw refuse({
    code: 'engine-unsuitable',
    observed: `its engine is Docker ${version}, too old to be checked`,
    remedy: `it takes ${oldest.major}.${oldest.minor} or newer`,
  });
}

function notDocker(because: string, remedy = 'name the endpoint of a Docker Engine'): Explanation {
  return { code: 'engine-unsuitable', observed: `it is no Docker Engine: ${because}`, remedy };
}
