import { request } from 'undici';
import type { MachineProvider } from '../machine/machine.ts';
import { activity } from '../process/activity.ts';
import { firstLine, HarnessError } from '../process/harness-error.ts';
import { askFromMachine } from './ask-from-machine.ts';
import type { StoreOptions } from './key-value-store.ts';

/** Sends one HTTP request to a store. */
export type AskStore = (
  method: 'GET' | 'PUT' | 'DELETE',
  path: string,
  body?: string,
) => Promise<Answer>;

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** How to ask the store at `base`; every exchange is published, unless it shall be quiet. */
export function storeAsker(base: string, options: StoreOptions = {}): AskStore {
  const ask = sendTo(base, options);
  return options.quiet === true ? ask : tell(base, ask);
}

/** How to ask it from inside of a machine, which has GET alone. */
export function storeAskerFrom(
  provider: MachineProvider,
  machine: string,
  base: string,
  { limit, signal }: StoreOptions = {},
): AskStore {
  return async (_, path) => ({
    status: 200,
    body: await askFromMachine(provider, machine, `${base}${path}`, {
      signal,
      ...(limit === undefined ? {} : { limit }),
    }),
  });
}

/** The JSON that comes back with status 200 or 201; other statuses are errors, unless something stands for them. */
export async function askForJson(
  ask: AskStore,
  [method, path, body]: Parameters<AskStore>,
  standsFor: Readonly<Record<number, unknown>> = {},
): Promise<unknown> {
  const { status, body: answer } = await ask(method, path, body);
  if (status in standsFor) return standsFor[status];
  if (status === 200 || status === 201) return JSON.parse(answer);
  throw refusal(`${method} ${path}`, `the store answered ${status}, «${answer.trim()}»`);
}

/** What a store did not do, or would not. */
export function refusal(tried: string, observed: string, cause?: unknown): HarnessError {
  return new HarnessError({
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
function sendTo(base: string, { limit = 10_000, signal }: StoreOptions): AskStore {
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
function tell(base: string, ask: AskStore): AskStore {
  return async (method, path, body) =>
    await activity('http', `${method} ${base}${path}`, async (report) => {
      report.input(body ?? '');
      const answer = await ask(method, path, body).catch((error: unknown) => {
        throw refusal(`${method} ${base}${path}`, firstLine(error), error);
      });
      report.output(`${answer.status} ${answer.body}`);
      return answer;
    });
}
