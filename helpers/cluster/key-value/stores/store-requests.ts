import type { z } from 'zod';
import { activity } from '../../../process/activity.ts';
import { firstLine, HarnessError } from '../../../process/errors/harness-error.ts';
import { oneLine } from '../../../process/text/one-line.ts';
import { parseJson } from '../../../process/text/parse-json.ts';
import { sendRequest } from '../../../process/send-request.ts';
import { type RequestOrigin, getFromMachine } from '../../request-from-machine.ts';
import type { StoreOptions } from './key-value-store.ts';
import type { StoreAddress } from './store-driver.ts';

/** Sends HTTP requests to a key-value store. */
export type HttpConnection = (
  method: 'GET' | 'PUT' | 'DELETE',
  path: string,
  body?: string | URLSearchParams,
) => Promise<{ readonly status: number; readonly body: string }>;

/** Connects to a key-value store over HTTP. Publishes each request as an activity unless `quiet` is set. */
export function httpConnection(
  { address, port }: StoreAddress,
  options: StoreOptions = {},
): HttpConnection {
  const base = `http://${address}:${port}`;
  const connection = sendTo(base, options);
  return options.quiet === true ? connection : publish(base, connection);
}

/** Connects from inside a machine, which supports only GET. */
export function httpConnectionFrom(
  { address, port }: StoreAddress,
  origin: RequestOrigin,
): HttpConnection {
  return async (_, path) => await getFromMachine(origin, `http://${address}:${port}${path}`);
}

/**
 * Returns the JSON body of a response with status 200 or 201. Throws on other statuses, except those with a default
 * value.
 */
export async function requestJson<T>(
  connection: HttpConnection,
  [method, path, body]: Parameters<HttpConnection>,
  shape: z.ZodType<T>,
  defaults: Readonly<Record<number, T>> = {},
): Promise<T> {
  const { status, body: answer } = await connection(method, path, body);
  const fallback = defaults[status];
  if (fallback !== undefined) return fallback;
  if (status !== 200 && status !== 201) {
    throw refusal(
      `${method} ${path}`,
      `the key-value store answered ${status}: ${oneLine(answer)}`,
    );
  }
  const { success, data } = shape.safeParse(parseJson(answer));
  if (success) return data;
  throw refusal(
    `${method} ${path}`,
    `invalid response for this kind of key-value store: ${oneLine(answer).slice(0, 100)}`,
  );
}

/** Creates the error of a request that a store rejected or did not answer. */
export function refusal(tried: string, observed: string, cause?: unknown): HarnessError {
  return new HarnessError({
    code: 'store-unreachable',
    tried,
    observed,
    hint: 'check that the keystore runs, and that its container publishes that port',
    cause,
  });
}

/** Encodes a key as the path of a URL. */
export function encodeKey(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/');
}

/** Sends one request without an activity, for waits that poll. */
function sendTo(base: string, { limit = 10_000, signal }: StoreOptions): HttpConnection {
  return async (method, path, body) => {
    const limits = AbortSignal.timeout(limit);
    const { status, body: answer } = await sendRequest(base, {
      path,
      method,
      body: body?.toString(),
      headers:
        body instanceof URLSearchParams
          ? { 'content-type': 'application/x-www-form-urlencoded' }
          : {},
      signal: signal === undefined ? limits : AbortSignal.any([limits, signal]),
    });
    return { status, body: answer };
  };
}

/** Publishes each request as an activity, and adds a fix to its error. */
function publish(base: string, connection: HttpConnection): HttpConnection {
  return async (method, path, body) =>
    await activity('http', `${method} ${base}${path}`, async (report) => {
      report.input(body?.toString() ?? '');
      const answer = await connection(method, path, body).catch((error: unknown) => {
        throw refusal(`${method} ${base}${path}`, firstLine(error), error);
      });
      report.output(`${answer.status} ${answer.body}`);
      return answer;
    });
}
