import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { InputError } from '../../process/errors/input-error.ts';
import { describeSystemError } from '../../process/errors/system-error.ts';
import { type MetricsAddress, urlOf } from './metrics-address.ts';

/** The metrics at the time of a request. */
export interface MetricsSource {
  readonly contentType: string;
  metrics(): Promise<string>;
}

/** Connections at the same time. */
const MOST_CONNECTIONS = 32;

/** Milliseconds for a request. */
const REQUEST_LIMIT = 10_000;

/** Serves metrics at `/metrics` until it is disposed of. */
export async function serveMetrics(
  source: MetricsSource,
  address: MetricsAddress,
): Promise<AsyncDisposable> {
  const server = createServer({ requestTimeout: REQUEST_LIMIT }, (request, response) => {
    void answer(source, request, response);
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.listen(address.port, address.host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw explain(address, cause);
  }
  // An error of a later connection must not end the checks.
  server.on('error', () => {});
  return {
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
}

async function answer(
  source: MetricsSource,
  { method = '', url = '' }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const isRead = method === 'GET' || method === 'HEAD';
  const isHere = /^\/metrics(?:\?|$)/.test(url);
  if (!isRead || !isHere) {
    response.writeHead(isRead ? 404 : 405, { 'content-type': 'text/plain' });
    response.end('overlay-e2e: GET /metrics\n');
    return;
  }
  const text = await source.metrics();
  response.writeHead(200, { 'content-type': source.contentType });
  response.end(method === 'HEAD' ? undefined : text);
}

function explain(address: MetricsAddress, cause: unknown): InputError {
  const { code = '' } = cause as NodeJS.ErrnoException;
  const subject = `--metrics ${address.host}:${address.port}`;
  if (code === 'EADDRINUSE') {
    return new InputError({
      code: 'port-busy',
      subject,
      observed: 'another process uses the port',
      hint: `choose another port, or see whether a check runs already: curl ${urlOf(address)}`,
      cause,
    });
  }
  return new InputError({
    code: 'address-invalid',
    subject,
    observed: describeSystemError(cause) ?? String(cause),
    hint: 'use an address of this computer, and a port that this user may listen on',
    cause,
  });
}
