import type { SocketEndpoint, TlsEndpoint } from '../../docker/endpoints/endpoint.ts';
import { type PingAnswer, pingEngine } from '../../docker/endpoints/ping-engine.ts';
import { checkHandshake } from '../../docker/endpoints/transport.ts';
import type { HostConfig } from './hosts/host-config.ts';

// docker-machine's own words for errors, which scripts match.

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ENETUNREACH: 'network is unreachable',
  EHOSTUNREACH: 'no route to host',
  ETIMEDOUT: 'i/o timeout',
};

/** Reads the version of the engine behind `url`, with the state directory's client certificate. */
export async function queryVersion(
  url: string,
  config: HostConfig,
  signal?: AbortSignal,
): Promise<string> {
  const endpoint = endpointOf(url, config);
  const address = endpoint.kind === 'unix' ? 'http://unix' : `https://${hostOf(url)}`;
  const fail = (error: unknown): never => {
    throw new Error(`Get "${address}/_ping": ${explain(url, error)}`, { cause: error });
  };
  const { status, statusText, body, version }: PingAnswer = await pingEngine(endpoint, {
    signal,
  }).catch(fail);
  if (status !== 200) throw new Error(`${status} ${statusText}: ${body}`);
  return version ?? (await readVersion(url, config, signal));
}

/** Asks an engine that leaves its version out of the answer to a ping. */
async function readVersion(
  url: string,
  config: HostConfig,
  signal: AbortSignal | undefined,
): Promise<string> {
  // It loads the whole Docker client, which takes longer than all other steps of a command.
  const { connectEngine } = await import('../../docker/engine.ts');
  using engine = connectEngine({
    name: config.Name,
    address: '',
    state: 'Running',
    url,
    endpoint: endpointOf(url, config),
    engineOptions: [],
    engineLabels: [],
    certificates: '',
  });
  return (await engine.version({ signal, quiet: true })).version;
}

/** Connects to the engine at `url`, so that wrong certificates show before a docker client uses them. */
export async function checkConnection(
  url: string,
  config: HostConfig,
  limit: number,
): Promise<void> {
  await checkHandshake(endpointOf(url, config), limit).catch((error: unknown) => {
    throw new Error(explain(url, error), { cause: error });
  });
}

function endpointOf(url: string, { HostOptions }: HostConfig): SocketEndpoint | TlsEndpoint {
  const path = socketOf(url);
  if (path !== undefined) return { kind: 'unix', path };
  const { hostname, port } = new URL(`https://${hostOf(url)}`);
  const { CaCertPath, ClientCertPath, ClientKeyPath } = HostOptions.AuthOptions;
  return {
    kind: 'tls',
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || 443),
    caFile: CaCertPath,
    certFile: ClientCertPath,
    keyFile: ClientKeyPath,
  };
}

/** Returns the path of a `unix://` URL: a socket of this computer, without certificates. */
export function socketOf(url: string): string | undefined {
  return /^unix:\/\/(\/.+)$/.exec(url)?.[1];
}

/** `HOST:PORT` of a `tcp://` URL. */
export function hostOf(url: string): string {
  return url.replace(/^\w+:\/\//, '');
}

function explain(url: string, error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const reason = REASONS[code];
  const socketPath = socketOf(url);
  if (socketPath !== undefined && code === 'ENOENT') {
    return `dial unix ${socketPath}: connect: no such file or directory`;
  }
  const address = socketPath === undefined ? `tcp ${hostOf(url)}` : `unix ${socketPath}`;
  return reason === undefined ? message : `dial ${address}: connect: ${reason}`;
}
