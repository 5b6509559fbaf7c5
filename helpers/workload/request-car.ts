import { activity } from '../process/activity.ts';
import { firstLine, HarnessError } from '../process/errors/harness-error.ts';
import { readBounded } from '../process/files/read-bounded.ts';
import { done, type Look, notYet } from '../process/waits/wait-for.ts';

/** What the car service answered. */
export interface CarAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export interface AskOptions {
  /** Milliseconds until the question is given up; 10 s when absent. */
  readonly limit?: number;
  readonly signal?: AbortSignal | undefined;
}

/** GETs a URL of the car service from outside of the cluster, told as an HTTP exchange. */
export async function requestCar(url: string, options: AskOptions = {}): Promise<CarAnswer> {
  return await activity('http', `GET ${url}`, async (report) => {
    report.input(`GET ${url}`);
    const answer = await get(url, options);
    report.output(describeAnswer(answer));
    return answer;
  });
}

/** How long requests took, one after the other, each over a connection of its own. */
export interface RequestTimes {
  readonly url: string;
  /** Of each that was answered with 200. */
  readonly milliseconds: readonly number[];
  /** What the others came to, each in a line. */
  readonly failures: readonly string[];
}

/** GETs a URL of the car service so many times; after a failure no more. */
export async function timeCarService(
  url: string,
  count: number,
  options: AskOptions = {},
): Promise<RequestTimes> {
  const milliseconds: number[] = [];
  const failures: string[] = [];
  await activity('http', `GET ${url}, ${count} times`, async () => {
    while (milliseconds.length < count && failures.length === 0) {
      const startedAt = performance.now();
      try {
        const { status } = await get(url, options);
        if (status === 200) milliseconds.push(performance.now() - startedAt);
        else failures.push(`answered with ${status}`);
      } catch (error) {
        options.signal?.throwIfAborted();
        failures.push(firstLine(error));
      }
    }
  });
  return { url, milliseconds, failures };
}

/** One look of a wait for an answer with this status and, when it is given, exactly this body. */
export async function pollCarService(
  url: string,
  wanted: { readonly status: number; readonly body?: string },
  options: AskOptions = {},
): Promise<Look<CarAnswer>> {
  const answer = await get(url, options);
  const { status, body = answer.body } = wanted;
  const isWanted = answer.status === status && answer.body === body;
  return isWanted ? done(answer) : notYet(describeAnswer(answer).replaceAll('\n', ' '));
}

/** The exchange as one reads it: status, content type, body. */
export function describeAnswer({ status, contentType, body }: CarAnswer): string {
  return `${status} ${contentType}\n${body}`;
}

async function get(url: string, { limit = 10_000, signal }: AskOptions): Promise<CarAnswer> {
  const limits = AbortSignal.timeout(limit);
  // Loaded when it is needed: of what opens a cluster it would be a third.
  const { Client } = await import('undici');
  const { origin, pathname, search } = new URL(url);
  // One of its own: a kept connection could lead to a container that is gone, and a shared client goes on connecting after
  // its request was given up.
  const client = new Client(origin);
  try {
    const { statusCode, headers, body } = await client.request({
      method: 'GET',
      path: `${pathname}${search}`,
      reset: true,
      signal: signal === undefined ? limits : AbortSignal.any([limits, signal]),
    });
    const contentType = String(headers['content-type'] ?? '');
    return { status: statusCode, contentType, body: (await readBounded(body)).toString('utf8') };
  } catch (cause) {
    signal?.throwIfAborted();
    throw new HarnessError({
      code: 'application-unreachable',
      tried: `GET ${url}`,
      observed: limits.aborted ? `no answer after ${limit / 1000} s` : firstLine(cause),
      remedy: 'see whether the application runs and its machine publishes the port',
      cause,
    });
  } finally {
    await client.destroy();
  }
}
