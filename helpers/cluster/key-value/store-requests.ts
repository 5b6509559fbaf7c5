import type { z } from 'zod';
import { activity } from '../../process/activity.ts';
import { firstLine, HarnessError } from '../../process/errors/harness-error.ts';
import { oneLine } from '../../process/text/one-line.ts';
import { parseJson } from '../../process/text/parse-json.ts';
import { readBounded } from '../../process/files/read-bounded.ts';
import { type RequestOrigin, getFromMachine } from '../request-from-machine.ts';
import type { StoreOptions } from './key-value-store.ts';
import type { StoreAddress } from './store-driver.ts';

/** Sends one HTTP request to a store. */
export type HttpConnection = (
  method: 'GET' | 'PUT' | 'DELETE',
  path: string,
  body?: string | URLSearchParams,
) => Promise<{ readonly status: number; readonly body: string }>;

/** Asks a store over HTTP; every exchange is published, unless it shall be quiet. */
export function httpConnection(
  { address, port }: StoreAddress,
  options: StoreOptions = {},
): HttpConnection {
  const base = `http://${address}:${port}`;
  const ask = sendTo(base, options);
  return options.quiet === true ? ask : tell(base, ask);
}

/** Asks it from inside of a machine, which has GET alone. */
export function httpConnectionFrom(
  { address, port }: StoreAddress,
  asker: RequestOrigin,
): HttpConnection {
  return async (_, path) => await getFromMachine(asker, `http://${address}:${port}${path}`);
}

/** What comes back with status 200 or 201; other statuses are errors, unless something stands for them. */
export async function requestJson<T>(
  ask: HttpConnection,
  [method, path, body]: Parameters<HttpConnection>,
  shape: z.ZodType<T>,
  standsFor: Readonly<Record<number, T>> = {},
): Promise<T> {
  const { status, body: answer } = await ask(method, path, body);
  const stand = standsFor[status];
  if (stand !== undefined) return stand;
  if (status !== 200 && status !== 201) {
    throw refusal(`${method} ${path}`, `the store answered ${status}: ${oneLine(answer)}`);
  }
  const { success, data } = shape.safeParse(parseJson(answer));
  if (success) return data;
  throw refusal(`${method} ${path}`, `no such store answers so: ${oneLine(answer).slice(0, 100)}`);
}

/** What a store did not do, or would not. */
export function refusal(tried: string, observed: string, cause?: unknown): HarnessError {
  return new HarnessError({
    code: 'store-unreachable',
    tried,
    observed,
    remedy: 'see whether the keystore runs, and its container publishes that port',
    cause,
  });
}

/** The words of a key as the path of a URL. */
export function encodeKey(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/');
}

/** One request, told to nobody: what a wait does many times. */
function sendTo(base: string, { limit = 10_000, signal }: StoreOptions): HttpConnection {
  return async (method, path, body) => {
    const limits = AbortSignal.timeout(limit);
    // Loaded when it is needed: of what opens a cluster it would be a third.
    const { Client } = await import('undici');
    // One of its own: a shared one goes on connecting, and keeps this process alive, after its request was given up.
    const client = new Client(base);
    try {
      const { statusCode, body: answer } = await client.request({
        method,
        path,
        body: body?.toString() ?? null,
        headers:
          body instanceof URLSearchParams
            ? { 'content-type': 'application/x-www-form-urlencoded' }
            : {},
        signal: signal === undefined ? limits : AbortSignal.any([limits, signal]),
      });
      return { status: statusCode, body: (await readBounded(answer)).toString('utf8') };
    } finally {
      await client.destroy();
    }
  };
}

/** The same, published as an activity, and with an error that says what to do. */
function tell(base: string, ask: HttpConnection): HttpConnection {
  return async (method, path, body) =>
    await activity('http', `${method} ${base}${path}`, async (report) => {
      report.input(body?.toString() ?? '');
      const answer = await ask(method, path, body).catch((error: unknown) => {
        throw refusal(`${method} ${base}${path}`, firstLine(error), error);
      });
      report.output(`${answer.status} ${answer.body}`);
      return answer;
    });
}
