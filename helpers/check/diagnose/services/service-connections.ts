import { hostNamed } from '../../derive/find-host.ts';
import { tablesOf } from '../../derive/kernel/expected-tables.ts';
import { servicesOnHosts } from '../../derive/balanced-services.ts';
import type { Action, Diagnosis } from '../../model/diagnosis.ts';
import { type Difference, ofKind } from '../../model/difference.ts';
import { networkEndpoints } from '../../model/inspected.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import { deviceFor, entryAction } from '../kernel/entry-fix.ts';
import type { Rule } from '../rule.ts';
import { ruleForGroups } from '../rule.ts';
import { restartEngine } from './restart-engine.ts';

/** A load balancer that does not answer although its tables are right: something else drops or changes its packets. */
export const serviceVipUnreachable: Rule = ruleForGroups(
  'service-address-silent',
  'service-vip-unreachable',
  ({ where: { host, network } }) => `${host} ${network}`,
  (evidence, open, observation): Omit<Diagnosis, 'code' | 'evidence'> => {
    const [{ where, text }] = evidence;
    const { host, network } = where;
    const services = new Set(evidence.map((one) => one.where.service));
    const more =
      services.size === 1 ? '' : `; the same is true for ${services.size - 1} more services`;
    return {
      where: { host, network, ...(services.size === 1 ? { service: where.service } : {}) },
      summary: `${text}${more}`,
      // A load balancer that does not answer at all need not reach the tasks.
      consequences: ofKind(open, 'service-task-cut').filter(
        (one) => one.where.host === host && one.where.network === network,
      ),
      action: trackConnections(where, observation) ?? restartEngine(host),
    };
  },
);

/** Without connection tracking of IPVS, the rule for sources does not apply, and answers of tasks bypass the load balancer. */
function trackConnections(
  { host, network }: Difference['where'],
  observation: Observation,
): Action | undefined {
  const one = servicesOnHosts(observation).find(
    (each) => each.host.name === host && each.network === network,
  );
  const { after, namespace = '' } = one?.balancer ?? {};
  if (after?.tracks !== false) return undefined;
  return {
    kind: 'fix',
    host,
    commands: [['nsenter', `--net=${namespace}`, 'sysctl', '-w', 'net.ipv4.vs.conntrack=1']],
    effect:
      'Enables connection tracking of IPVS in the load balancer of this network, as the engine had done. Without it, tasks answer past the load balancer.',
  };
}

/** A load balancer that does not reach a task that containers on its host reach: connections to the task hang. */
export const serviceBackendUnreachable: Rule = ruleForGroups(
  'service-task-cut',
  'service-backend-unreachable',
  ({ where: { host, peer, network } }) => `${host} ${peer} ${network}`,
  (evidence, _open, observation): Omit<Diagnosis, 'code' | 'evidence'> => {
    const [{ where, text }] = evidence;
    const { host, peer, network } = where;
    const services = new Set(evidence.map((one) => one.where.service));
    const tasks = new Set(evidence.map((one) => one.where.towards));
    const more = tasks.size === 1 ? '' : `; the same is true for ${tasks.size - 1} more tasks`;
    return {
      where: {
        host,
        peer,
        network,
        ...(services.size === 1 ? { service: where.service } : {}),
      },
      summary: `${text}${more}`,
      consequences: [],
      action: restoreNeighbor(where, observation) ?? restartEngine(host),
    };
  },
);

/** Returns the command that writes the load balancer's MAC address on the other host again, if it is missing or wrong there. */
function restoreNeighbor(
  { host = '', peer = '', network }: Difference['where'],
  observation: Observation,
): Action | undefined {
  const { networks = [] } = valueOf(hostNamed(observation, host)?.engine) ?? {};
  const known = networks.find(({ name }) => name === network);
  const endpoints = networkEndpoints.safeParse(known?.raw).data?.Containers ?? {};
  // Each overlay has an endpoint for the load balancer of each host, in the engine's network but without a container.
  const own = endpoints[`lb-${network}`];
  const kernel = valueOf(hostNamed(observation, peer)?.kernel);
  const tables = tablesOf(kernel?.overlays, known?.id ?? '');
  if (known === undefined || own?.MacAddress === undefined || tables === undefined)
    return undefined;
  const address = own.IPv4Address.replace(/\/.*/, '');
  const mac = own.MacAddress;
  if (tables.neighbors.some((one) => one.address === address && one.mac === mac)) return undefined;
  const device = deviceFor(tables, address);
  const words = [address, 'lladdr', mac, 'dev', device, 'nud', 'permanent'];
  return entryAction(
    peer,
    known.id,
    tables,
    [['ip', 'neigh', 'replace', ...words]],
    `Writes the MAC address of the load balancer on ${host} again, which tasks on ${peer} need for their answers.`,
  );
}

/** A task that accepts connections in its own container only, although packets of other kinds reach it. */
export const serviceTaskUnreachable: Rule = ruleForGroups(
  'service-task-silent',
  'service-task-unreachable',
  ({ where: { network, service, towards } }) => `${network} ${service} ${towards}`,
  (evidence): Omit<Diagnosis, 'code' | 'evidence'> => {
    const [{ where, text }, ...others] = evidence;
    const { host, peer = host, network, service, towards = '' } = where;
    const hosts = new Set(evidence.map((one) => one.where.host));
    const more =
      hosts.size === 1 ? '' : `; containers on ${hosts.size - 1} more hosts cannot either`;
    return {
      where:
        others.length === 0
          ? { host, peer: where.peer, network, service }
          : { host: peer, network, service, container: towards },
      summary: `${text}${more}`,
      consequences: [],
      action: {
        kind: 'fix',
        host: peer,
        commands: [['docker', 'rm', '--force', towards]],
        effect:
          'Removes the container, so that the swarm replaces it, with a new network namespace. If the new one does not answer either, a firewall of a host drops the packets to this port.',
      },
    };
  },
);
