import type { IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { readBounded } from '../../process/files/read-bounded.ts';
import { request as requestHttp } from '../../process/quick-http.ts';
import type { EngineEndpoint } from './endpoint.ts';
import { openTransport, type Transport } from './transport.ts';

// The only request without dockerode, whose modules take longer to load than an engine takes to answer.

/** The answer to `GET /_ping`. */
export interface PingAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly body: string;
  /** The engine's version, from the header of its answer; undefined if it is not a Docker Engine. */
  readonly version: string | undefined;
}

export interface PingOptions {
  /** In milliseconds, until the attempt is aborted. */
  readonly limit?: number;
  readonly signal?: AbortSignal | undefined;
  /** Presents no client certificate to the engine. */
  readonly isAnonymous?: boolean;
}

/** Pings an engine on a separate connection. */
export async function pingEngine(
  endpoint: EngineEndpoint,
  options: PingOptions = {},
): Promise<PingAnswer> {
  const transport = await openTransport(endpoint, options.isAnonymous);
  try {
    return await ping(transport, options);
  } finally {
    transport.agent.destroy();
  }
}

/** Pings an engine over an open transport. */
export async function ping(
  { target: { protocol, ...target }, agent }: Transport,
  { limit, signal }: PingOptions,
): Promise<PingAnswer> {
  const request = protocol === 'https' ? requestHttps : requestHttp;
  const call = request({ path: '/_ping', agent, ...target, ...(signal && { signal }) });
  const giveUp = () => call.destroy(new Error(`no answer within ${(limit ?? 0) / 1000} s`));
  const timer = limit === undefined ? undefined : setTimeout(giveUp, limit);
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      call.once('response', resolve).on('error', reject).end();
    });
    const body = (await readBounded(response)).toString('utf8');
    const { statusCode: status = 0, statusMessage: statusText = '', headers } = response;
    // Engines of all versions send their own here; for /version they would start runc and docker-init.
    const version = /^Docker\/(\S+)/.exec(String(headers.server))?.[1];
    return { status, statusText, body, version };
  } finally {
    clearTimeout(timer);
  }
}
