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
  try {
    const { status, body } = await requestCar(url, options);
    const answer = { url, status, body, error: undefined };
    if (status !== expected.status || !isCarService) return { ...answer, database: undefined };
    return { ...answer, database: await watchDatabase(expected, cluster, context) };
  } catch (error) {
    context.signal.throwIfAborted();
    return {
      url,
      status: undefined,
      body: undefined,
      error: firstLine(error),
      database: undefined,
    };
  }
}

async function watchDatabase(
  { url, database: name }: ExpectedApplication,
  cluster: QueriedCluster,
  context: ObservationContext,
): Promise<DatabaseView | { readonly error: string }> {
  const options = { limit: LIMIT, signal: context.signal };
  try {
    const database = await findContainer(name, cluster, context);
    if (database === undefined)
      return { error: `no container ${name ?? 'of its database'} is running` };
    const queries = await countQueries({
      count: async () => await countSelects(database, options),
      ask: async () => await requestCar(url, options),
    });
    const id = Number(new URL(url).pathname.split('/').at(-1));
    return { queries, row: await readCarFromDatabase(database, id, options) };
  } catch (error) {
    context.signal.throwIfAborted();
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
