import { setTimeout as delay } from 'node:timers/promises';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import { requestCar } from '../../helpers/workload/request-car.ts';
import { firstLine } from '../../helpers/process/errors/harness-error.ts';

/** Requests that are sent to each of some URLs, one after the other, until they are stopped. */
export interface ContinuousRequests extends AsyncDisposable {
  /** Waits until each URL has answered once more. */
  answered(): Promise<void>;
  /** Ends the requests after their last answers. */
  stop(): Promise<{
    /** The number of right answers, by URL. */
    readonly answers: ReadonlyMap<string, number>;
    /** All other outcomes, one line each. */
    readonly failures: readonly string[];
  }>;
}

/** Milliseconds between the answer to a request and the next request to the same URL. */
const PAUSE = 500;

/** Sends requests to all URLs at the same time, each over a new connection. A right answer is 200 with exactly `body`. */
export function requestContinuously(urls: readonly string[], body: string): ContinuousRequests {
  const answers = new Map(urls.map((url) => [url, 0]));
  const failures: string[] = [];
  const stopping = new AbortController();
  const startedAt = performance.now();
  const repeat = async (url: string) => {
    while (!stopping.signal.aborted) {
      try {
        const answer = await requestCar(url, { limit: 60_000 });
        if (answer.status === 200 && answer.body === body) {
          answers.set(url, (answers.get(url) ?? 0) + 1);
        } else {
          failures.push(`${at(startedAt)} ${url}: ${answer.status} ${answer.body.slice(0, 200)}`);
        }
      } catch (error) {
        failures.push(`${at(startedAt)} ${url}: ${firstLine(error)}`);
      }
      await delay(PAUSE);
    }
  };
  const all = urls.map(repeat);
  const stop = async () => {
    stopping.abort();
    await Promise.all(all);
    return { answers, failures };
  };
  return {
    answered: async () => {
      const before = new Map(answers);
      await waitFor(
        'each URL answers once more',
        async () => {
          const silent = urls.filter((url) => answers.get(url) === before.get(url));
          return await Promise.resolve(
            silent.length === 0 ? done(undefined) : notYet(`not ${silent.join(', ')}`),
          );
        },
        { limit: 120_000, every: 250 },
      );
    },
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
    },
  };
}

function at(startedAt: number): string {
  return `after ${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
}
