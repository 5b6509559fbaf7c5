import { type RequestTimes, timeCarService } from '../workload/request-car.ts';
import type { TopologyDocument } from './document.ts';

/** Requests to the car service that are timed. */
const REQUESTS = 20;

/** Measures how long the car service of a running topology takes to answer; undefined if it has none. */
export async function timeRequests(
  document: Pick<TopologyDocument, 'carEndpoint'> | undefined,
  signal?: AbortSignal,
): Promise<RequestTimes | undefined> {
  const url = document?.carEndpoint;
  return url === undefined ? undefined : await timeCarService(url, REQUESTS, { signal });
}
