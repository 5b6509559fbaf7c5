import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect, type ConnectionOptions } from 'node:tls';
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
  // Without a version in the path, every engine answers: those of today refuse the 1.15 that docker-machine asks by.
  const target = `https://${hostOf(url)}/version`;
  const body = await new Promise<string>((resolve, reject) => {
    const fail = (error: unknown) => reject(new Error(`Get "${target}": ${explain(url, error)}`));
    try {
      const options = { ...credentials(config), agent: false, ...(signal && { signal }) };
      const call = request(target, options, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => {
          if (response.statusCode === 200) resolve(text);
          else reject(new Error(`${response.statusCode} ${response.statusMessage}: ${text}`));
        });
        response.on('error', fail);
      });
      call.on('error', fail);
      call.end();
    } catch (error) {
      fail(error);
    }
  });
  return (JSON.parse(body) as { Version: string }).Version;
}

/** Shakes hands with whoever listens at `url`, so that wrong certificates show before a docker client meets them. */
export async function checkConnection(
  url: string,
  config: HostConfig,
  limit: number,
): Promise<void> {
  const { hostname, port } = new URL(`https://${hostOf(url)}`);
  await new Promise<void>((resolve, reject) => {
    const options = { ...credentials(config), host: hostname, port: Number(port), timeout: limit };
    const socket = connect(options, () => {
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

function credentials({ HostOptions }: HostConfig): ConnectionOptions {
  const { CaCertPath, ClientCertPath, ClientKeyPath } = HostOptions.AuthOptions;
  return {
    ca: readFileSync(CaCertPath),
    cert: readFileSync(ClientCertPath),
    key: readFileSync(ClientKeyPath),
  };
}

function explain(url: string, error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const reason = REASONS[code];
  return reason === undefined ? message : `dial tcp ${hostOf(url)}: connect: ${reason}`;
}
