import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect, createSecureContext, type SecureContext } from 'node:tls';
import type { HostConfig } from './host.ts';

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
  const target = `https://${hostOf(url)}${path}`;
  return await new Promise((resolve, reject) => {
    const fail = (error: unknown) => reject(new Error(`Get "${target}": ${explain(url, error)}`));
    try {
      const secureContext = secureContextOf(config);
      const checked = { secureContext, rejectUnauthorized: true };
      const options = { ...checked, agent: false, ...(signal && { signal }) };
      const call = request(target, options, (response) => {
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
  const { hostname, port } = new URL(`https://${hostOf(url)}`);
  await new Promise<void>((resolve, reject) => {
    const secureContext = secureContextOf(config);
    const target = { host: hostname, port: Number(port), timeout: limit };
    const socket = connect({ ...target, secureContext, rejectUnauthorized: true }, () => {
      socket.destroy();
      resolve();
    });
    socket.on('timeout', () => socket.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' })));
    socket.on('error', (error) => reject(new Error(explain(url, error), { cause: error })));
  });
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
  return reason === undefined ? message : `dial tcp ${hostOf(url)}: connect: ${reason}`;
}
