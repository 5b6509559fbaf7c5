import type { Container } from '../../../docker/containers/container.ts';
import { firstLine } from '../../../process/errors/harness-error.ts';
import { requestCar } from '../../../workload/request-car.ts';
import { countSelects, readCarFromDatabase } from '../../../workload/car-in-database.ts';
import { valueOf } from '../../model/observed.ts';
import type { ExpectedApplication } from '../../model/target.ts';
import type { ApplicationAnswer, DatabaseView } from '../../model/views/application-view.ts';
import type { QueriedCluster, ObservationContext } from '../observation-context.ts';
import { countQueries } from './count-queries.ts';

/** Milliseconds for each question. */
const LIMIT = 8000;

/** Asks the application, and its database whether the answer is out of it. Only reads. */
export async function queryApplication(
  expected: ExpectedApplication,
  cluster: QueriedCluster,
  context: ObservationContext,
): Promise<ApplicationAnswer> {
  const { url, isCarService = false } = expected;
  const options = { limit: LIMIT, signal: context.signal };
  // During the first request. The others are counted, so nothing else is to read the database then.
  const noLonger = new AbortController();
  const signal = AbortSignal.any([context.signal, noLonger.signal]);
  const reading = isCarService ? readRow(expected, cluster, { ...context, signal }) : undefined;
  // Awaited only after the request.
  reading?.catch(() => undefined);
  try {
    const { status, body } = await requestCar(url, options);
    const answer = { url, status, body, error: undefined };
    if (status !== expected.status || reading === undefined)
      return { ...answer, database: undefined };
    return { ...answer, database: await watchDatabase(expected, reading, context) };
  } catch (error) {
    context.signal.throwIfAborted();
    return {
      url,
      status: undefined,
      body: undefined,
      error: firstLine(error),
      database: undefined,
    };
  } finally {
    noLonger.abort();
  }
}

/** A car of the database, and its container. */
interface CarRow {
  readonly container: Container;
  readonly row: string;
}

async function readRow(
  { url, database: name }: ExpectedApplication,
  cluster: QueriedCluster,
  context: ObservationContext,
): Promise<CarRow | undefined> {
  const container = await findContainer(name, cluster, context);
  if (container === undefined) return undefined;
  const id = Number(new URL(url).pathname.split('/').at(-1));
  const options = { limit: LIMIT, signal: context.signal };
  return { container, row: await readCarFromDatabase(container, id, options) };
}

async function watchDatabase(
  { url, database: name }: ExpectedApplication,
  reading: Promise<CarRow | undefined>,
  { signal }: ObservationContext,
): Promise<DatabaseView | { readonly error: string }> {
  const options = { limit: LIMIT, signal };
  try {
    const found = await reading;
    if (found === undefined)
      return { error: `no container ${name ?? 'of its database'} is running` };
    const queries = await countQueries({
      count: async () => await countSelects(found.container, options),
      ask: async () => await requestCar(url, options),
    });
    return { queries, row: found.row };
  } catch (error) {
    signal.throwIfAborted();
    return { error: firstLine(error) };
  }
}

async function findContainer(
  name: string | undefined,
  { hosts }: QueriedCluster,
  { target, signal }: ObservationContext,
): Promise<Container | undefined> {
  const place = hosts.find((host) =>
    valueOf(host.engine)?.containers.some((one) => one.name === name && one.running),
  );
  const engine = target.hosts.find((host) => host.name === place?.name)?.engine;
  if (name === undefined || engine === undefined) return undefined;
  return await engine.containers.find(name, { signal });
}
