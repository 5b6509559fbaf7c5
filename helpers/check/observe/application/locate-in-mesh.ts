import { randomBytes } from 'node:crypto';
import { type Observed, valueOf } from '../../model/observed.ts';
import type { QueriedHost } from '../../model/observation.ts';
import type { PortHop } from '../../model/views/application-view.ts';
import type { BalancingView } from '../../model/views/balancing-view.ts';
import type { Namespace } from '../../probe/namespace.ts';
import type { TrialRequest } from '../../probe/packets.ts';
import { type ObservationContext, privilegedProbeOn } from '../observation-context.ts';
import { startNumbers } from '../paths/plan/trial-plan.ts';

/** Tasks that are connected to at most. */
const MOST_TASKS = 20;

/** A published port of a service that did not answer on a host. */
export interface SilentPort {
  readonly host: QueriedHost;
  readonly port: number;
  /** The IPv4 addresses of its tasks in the network `ingress`. */
  readonly tasks: readonly string[];
}

/**
 * Finds the hop at which connections to a port in the routing mesh end, with connections that begin behind each hop: on the
 * host, and in the sandbox of the mesh. Undefined without a probe.
 */
export async function locateInMesh(
  { host, port, tasks }: SilentPort,
  balancing: Observed<BalancingView>,
  context: ObservationContext,
): Promise<PortHop | undefined> {
  const number = startNumbers(randomBytes(4).toString('hex'));
  const probe = valueOf(privilegedProbeOn(context, host.name));
  const { mesh, balancers = [] } = valueOf(balancing) ?? {};
  const sandbox = balancers.find(({ idPrefix }) => idPrefix === undefined)?.namespace;
  const rule = mesh?.before?.ports.find((one) => one.protocol === 'tcp' && one.port === port);
  const some = tasks.slice(0, MOST_TASKS);
  if (probe === undefined || sandbox === undefined || rule === undefined || some.length === 0) {
    return undefined;
  }
  // Behind the load balancer, a connection still has the published port: the task itself leads it to its own.
  const ask = async (namespace: Namespace, addresses: readonly string[]) => {
    const common = { namespace, source: '0.0.0.0', size: 0 };
    const results = await probe.packets.request(
      addresses.flatMap((destination): TrialRequest[] => [
        { id: number(), ...common, protocol: 'connect', destination, port },
        { id: number(), ...common, protocol: 'icmp', destination, port: 0 },
      ]),
    );
    return addresses.map((_, index) => ({
      connects: results[2 * index]?.answered === true,
      pings: results[2 * index + 1]?.answered === true,
    }));
  };
  const [near, across] = await Promise.all([
    ask('host', [rule.destination]),
    ask({ path: sandbox }, some),
  ]);
  const [first] = near;
  const silent = across.filter(({ connects }) => !connects);
  if (first?.connects === true) return 'host-firewall';
  if (silent.length > 0) return silent.some(({ pings }) => pings) ? 'task' : 'overlay';
  return first?.pings === true ? 'sandbox' : 'gateway-bridge';
}
