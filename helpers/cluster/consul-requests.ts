import { request } from 'undici';
import { z } from 'zod';
import { activity } from '../process/activity.ts';
import { firstLine, HarnessError } from '../process/harness-error.ts';
import type { StoreEntry, StoreOptions } from './key-value-store.ts';

/** Sends one request to a Consul server. */
export type AskConsul = (
  method: 'GET' | 'PUT' | 'DELETE',
  path: string,
  body?: string,
) => Promise<{ readonly status: number; readonly body: string }>;

/** How to ask the Consul server at `base`; every exchange is published, unless it shall be quiet. */
export function consulAsker(base: string, options: StoreOptions = {}): AskConsul {
  const ask = sendTo(base, options);
  return options.quiet === true ? ask : tell(base, ask);
}

const leaderAnswer = z.string().transform((address) => (address === '' ? undefined : address));

const entriesAnswer = z.array(z.object({ Key: z.string(), Value: z.base64().nullable() }));

export async function readLeader(ask: AskConsul): Promise<string | undefined> {
  return leaderAnswer.parse(await json(ask, ['GET', '/v1/status/leader']));
}

/** The entry of that key, or with `recurse` all whose keys begin so; folders are left out. */
export async function readEntries(
  ask: AskConsul,
  key: string,
  { recurse = false } = {},
): Promise<StoreEntry[]> {
  const answer = await json(ask, ['GET', `${keyPath(key)}${recurse ? '?recurse' : ''}`], {
    404: [],
  });
  return entriesAnswer
    .parse(answer)
    .filter(({ Key }) => !Key.endsWith('/'))
    .map(({ Key, Value }) => ({ key: Key, value: decode(Value) }));
}

export async function writeEntry(ask: AskConsul, { key, value }: StoreEntry): Promise<void> {
  if ((await json(ask, ['PUT', keyPath(key), value])) !== true) {
    throw refusal(`PUT ${keyPath(key)}`, 'Consul did not take it');
  }
}

export async function removeEntry(ask: AskConsul, key: string): Promise<void> {
  await json(ask, ['DELETE', keyPath(key)]);
}

/** One request, told to nobody: what a wait does many times. */
function sendTo(base: string, { limit = 10_000, signal }: StoreOptions): AskConsul {
  return async (method, path, body) => {
    const limits = AbortSignal.timeout(limit);
    const { statusCode, body: answer } = await request(`${base}${path}`, {
      method,
      body: body ?? null,
      signal: signal === undefined ? limits : AbortSignal.any([limits, signal]),
    });
    return { status: statusCode, body: await answer.text() };
  };
}

/** The same, published as an activity, and with an error that says what to do. */
function tell(base: string, ask: AskConsul): AskConsul {
  return async (method, path, body) =>
    await activity('http', `${method} ${base}${path}`, async (report) => {
      report.input(body ?? '');
      const exchange = await ask(method, path, body).catch((error: unknown) => {
        throw refusal(`${method} ${base}${path}`, firstLine(error), error);
      });
      report.output(`${exchange.status} ${exchange.body}`);
      return exchange;
    });
}

async function json(
  ask: AskConsul,
  [method, path, body]: Parameters<AskConsul>,
  standsFor: Readonly<Record<number, unknown>> = {},
): Promise<unknown> {
  const exchange = await ask(method, path, body);
  if (exchange.status in standsFor) return standsFor[exchange.status];
  if (exchange.status === 200) return JSON.parse(exchange.body);
  throw refusal(
    `${method} ${path}`,
    `Consul answered ${exchange.status}, «${exchange.body.trim()}»`,
  );
}

function refusal(tried: string, observed: string, cause?: unknown): HarnessError {
  return new HarnessError({
    tried,
    observed,
    remedy: 'see whether the keystore runs, and its container publishes that port',
    cause,
  });
}

function keyPath(key: string): string {
  return `/v1/kv/${key.split('/').map(encodeURIComponent).join('/')}`;
}

function decode(value: string | null): string {
  return value === null ? '' : Buffer.from(value, 'base64').toString('utf8');
}
