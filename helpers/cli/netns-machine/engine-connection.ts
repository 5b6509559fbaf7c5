import { readFileSync } from 'node:fs';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { connect, createSecureContext, type SecureContext } from 'node:tls';
import type { HostConfig } from './hosts/host.ts';

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ENETUNREACH: 'network is unreachable',
  EHOSTUNREACH: 'no route to host',
  ETIMEDOUT: 'i/o timeout',
};

/** Asks the engine behind `url` for its version, with the store's client certificate. */
export async function queryVersion(
  url: string,
  config: HostConfig,
  signal?: AbortSignal,
): Promise<string> {
  // Each answer has the version in its head. For /version itself the engine would start runc and docker-init to ask them
  // for theirs, which takes longer than all the rest. Without a version of the API in the path, every engine answers:
  // those of today refuse the 1.15 that docker-machine asks by.
  const ping = await get(url, '/_ping', config, signal);
  const version = /^Docker\/(\S+)/.exec(ping.server)?.[1];
  if (version !== undefined) return version;
  const { body } = await get(url, '/version', config, signal);
  return (JSON.parse(body) as { Version: string }).Version;
}

async function get(
  url: string,
  path: string,
  config: HostConfig,
  signal: AbortSignal | undefined,
): Promise<{ server: string; body: string }> {
  const socketPath = socketOf(url);
  const target = socketPath === undefined ? `https://${hostOf(url)}${path}` : `http://unix${path}`;
  return await new Promise((resolve, reject) => {
    const fail = (error: unknown) => reject(new Error(`Get "${target}": ${explain(url, error)}`));
    const shared = { agent: false, ...(signal && { signal }) };
    const open = (address: string, answered: (response: IncomingMessage) => void) => {
      if (socketPath !== undefined)
        return requestHttp(address, { ...shared, socketPath }, answered);
      const secureContext = secureContextOf(config);
      const checked = { ...shared, secureContext, rejectUnauthorized: true };
      return request(address, checked, answered);
    };
    try {
      const call = open(target, (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          body += chunk;
        });
        response.on('end', () => {
          const { statusCode, statusMessage, headers } = response;
          if (statusCode === 200) resolve({ server: String(headers.server), body });
          else reject(new Error(`${statusCode} ${statusMessage}: ${body}`));
        });
        response.on('error', fail);
      });
      call.on('error', fail);
      call.end();
    } catch (error) {
      fail(error);
    }
  });
}

/** Shakes hands with whoever listens at `url`, so that wrong certificates show before a docker client meets them. */
export async function checkConnection(
  url: string,
  config: HostConfig,
  limit: number,
): Promise<void> {
  const socketPath = socketOf(url);
  await new Promise<void>((resolve, reject) => {
    const answered = () => {
      socket.destroy();
      resolve();
    };
    const socket =
      socketPath === undefined
        ? connect({ ...tlsTarget(url, config), timeout: limit }, answered)
        : connectPlain({ path: socketPath, timeout: limit }, answered);
    socket.on('timeout', () => socket.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' })));
    socket.on('error', (error) => reject(new Error(explain(url, error), { cause: error })));
  });
}

function tlsTarget(url: string, config: HostConfig) {
  const { hostname, port } = new URL(`https://${hostOf(url)}`);
  const secureContext = secureContextOf(config);
  return { host: hostname, port: Number(port), secureContext, rejectUnauthorized: true };
}

/** The path of a `unix://` URL: a socket of this computer, where nobody shows certificates. */
export function socketOf(url: string): string | undefined {
  return /^unix:\/\/(\/.+)$/.exec(url)?.[1];
}

/** `HOST:PORT` of a `tcp://` URL. */
export function hostOf(url: string): string {
  return url.replace(/^\w+:\/\//, '');
}

const contexts = new Map<string, SecureContext>();

/** What a machine's engine is met with. All machines of a store share it, and it takes a while to make. */
function secureContextOf({ HostOptions }: HostConfig): SecureContext {
  const { CaCertPath, ClientCertPath, ClientKeyPath } = HostOptions.AuthOptions;
  const files = [CaCertPath, ClientCertPath, ClientKeyPath];
  const known = contexts.get(files.join('\0'));
  if (known !== undefined) return known;
  const context = createSecureContext({
    ca: readFileSync(CaCertPath),
    cert: readFileSync(ClientCertPath),
    key: readFileSync(ClientKeyPath),
  });
  contexts.set(files.join('\0'), context);
  return context;
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
