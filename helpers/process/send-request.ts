import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { readBounded } from './files/read-bounded.ts';
import { omitUndefined } from './omit-undefined.ts';
import { request } from './quick-http.ts';

/** A request over HTTP. */
export interface HttpRequest {
  /** Sent unchanged, in contrast to the path of a URL, in which ".." is resolved. Default: the path of the URL. */
  readonly path?: string;
  /** Default: GET. */
  readonly method?: 'GET' | 'PUT' | 'DELETE';
  readonly body?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/**
 * Sends one request on a separate connection, which ends with it: a kept one could lead to a removed container.
 * Clients from packages take longer to load than the request takes.
 */
export async function sendRequest(
  url: string,
  { path, method = 'GET', body, headers = {}, signal }: HttpRequest,
): Promise<HttpAnswer> {
  const call = request(url, {
    ...omitUndefined({ path }),
    method,
    headers,
    signal,
    agent: false,
  });
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      call.once('response', resolve).on('error', reject).end(body);
    });
    const answer = await readBounded(response);
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      body: answer.toString('utf8'),
    };
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    call.destroy();
  }
}
