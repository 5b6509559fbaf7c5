import { type RequestTimes, timeCarService } from '../workload/request-car.ts';
import type { TopologyDocument } from './document.ts';

/** Requests to the car service that are timed. */
const REQUESTS = 20;

/** How long a running topology's car service takes to answer; undefined where there is none. */
export async function timeRequests(
  document: Pick<TopologyDocument, 'carEndpoint'> | undefined,
  signal?: AbortSignal,
): Promise<RequestTimes | undefined> {
  const url = document?.carEndpoint;
  return url === undefined ? undefined : await timeCarService(url, REQUESTS, { signal });
}
