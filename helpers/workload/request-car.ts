import { activity } from '../process/activity.ts';
import { firstLine, HarnessError } from '../process/errors/harness-error.ts';
import { sendRequest } from '../process/send-request.ts';
import { done, type Look, notYet } from '../process/waits/wait-for.ts';

/** An answer of the car service. */
export interface CarAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export interface AskOptions {
  /** Milliseconds until the request is aborted; 10 s by default. */
  readonly limit?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Sends a GET request to the car service from outside the cluster, as an activity. */
export async function requestCar(url: string, options: AskOptions = {}): Promise<CarAnswer> {
  return await activity('http', `GET ${url}`, async (report) => {
    report.input(`GET ${url}`);
    const answer = await get(url, options);
    report.output(describeAnswer(answer));
    return answer;
  });
}

/** The times of consecutive requests, each over its own connection. */
export interface RequestTimes {
  readonly url: string;
  /** The duration of each request that was answered with 200. */
  readonly milliseconds: readonly number[];
  /** The errors of the other requests, one line each. */
  readonly failures: readonly string[];
}

/** Sends a number of GET requests to a URL of the car service, and stops after a failure. */
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
        else failures.push(`status ${status}`);
      } catch (error) {
        options.signal?.throwIfAborted();
        failures.push(firstLine(error));
      }
    }
  });
  return { url, milliseconds, failures };
}

/** Polls for an answer with a status and, if given, exactly this body. */
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

/** Formats an answer for people: status, content type, body. */
export function describeAnswer({ status, contentType, body }: CarAnswer): string {
  return `${status} ${contentType}\n${body}`;
}

async function get(url: string, { limit = 10_000, signal }: AskOptions): Promise<CarAnswer> {
  const limits = AbortSignal.timeout(limit);
  try {
    const { status, headers, body } = await sendRequest(url, {
      signal: signal === undefined ? limits : AbortSignal.any([limits, signal]),
    });
    return { status, contentType: headers['content-type'] ?? '', body };
  } catch (cause) {
    signal?.throwIfAborted();
    throw new HarnessError({
      code: 'application-unreachable',
      tried: `GET ${url}`,
      observed: limits.aborted ? `no answer after ${limit / 1000} s` : firstLine(cause),
      hint: 'check that the application runs and that its machine publishes the port',
      cause,
    });
  }
}
