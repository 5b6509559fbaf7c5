import type { Observation, QueriedHost } from '../../model/observation.ts';
import { type Observed, withValue, withoutValue } from '../../model/observed.ts';
import type { ApplicationView } from '../../model/views/application-view.ts';
import type { BalancingView } from '../../model/views/balancing-view.ts';
import type { QueriedCluster, ObservationContext } from '../observation-context.ts';
import { queryApplication } from './query-application.ts';
import { connectToPorts } from './published-ports.ts';

/** Connects to published ports, and asks the application if one is expected. */
export async function observeApplication(
  cluster: QueriedCluster,
  swarm: Observation['swarm'],
  context: ObservationContext,
  balancing: (host: QueriedHost) => Observed<BalancingView>,
): Promise<Observed<ApplicationView>> {
  const { application } = cluster.expectations;
  const [ports, answer] = await Promise.all([
    connectToPorts(cluster, swarm, context, balancing),
    application === undefined ? undefined : queryApplication(application, cluster, context),
  ]);
  if (ports.length === 0 && answer === undefined) {
    return withoutValue(
      'nothing publishes a port, and no application is expected',
      'not-applicable',
    );
  }
  return withValue({ ports, answer });
}
