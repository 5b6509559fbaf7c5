import { isIPv4 } from 'node:net';
import { markOf, servicesOnHosts, type ServiceOnHost } from '../../derive/balanced-services.ts';
import { servicesOf } from '../../derive/services.ts';
import { isInside } from '../../derive/ranges.ts';
import type { Command } from '../../model/command.ts';
import type { Action, Diagnosis } from '../../model/diagnosis.ts';
import { type Difference, ofKind, type Place } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import type { Rule } from '../rule.ts';
import { ruleFor, ruleForGroups } from '../rule.ts';
import { eachOnce } from './each-once.ts';
import { restartEngine } from './restart-engine.ts';

/** The kernel of a node without IPVS: nothing that needs it works there. */
export const ipvsMissing = ruleFor('ipvs-missing', 'ipvs-missing', {
  consequences: ({ where: { host } }, open) => [
    ...ofKind(
      open,
      'service-vip-missing',
      'backend-missing',
      'balancer-forwarding-off',
      'mesh-rule-missing',
      'service-address-silent',
    ).filter((one) => one.where.host === host),
    ...silentPorts(open, host),
  ],
  action: ({ where: { host } }) => ({
    kind: 'fix',
    host,
    commands: [
      ['modprobe', '--all', 'ip_vs', 'xt_ipvs'],
      ['systemctl', 'restart', 'docker'],
    ],
    effect:
      'Loads IPVS and restarts the engine, which then creates its load balancers again. If the first command fails, the kernel has no IPVS: use one with IP_VS, IP_VS_PROTO_TCP, IP_VS_PROTO_UDP, IP_VS_RR, IP_VS_NFCT and NETFILTER_XT_MATCH_IPVS, or services with --endpoint-mode dnsrr and ports with mode=host.',
  }),
});

/** A load balancer that does not forward packets to tasks. */
export const loadBalancerForwardingOff = ruleFor(
  'balancer-forwarding-off',
  'load-balancer-forwarding-off',
  {
    consequences: ({ where: { host, network }, observed: { services } }, open, observation) =>
      isMeshNamed(network, observation)
        ? silentPorts(open, host, services)
        : silentAddresses(open, { host, network, services }),
    action: ({ where: { host }, observed: { namespace } }) => ({
      kind: 'fix',
      host,
      commands: [['nsenter', `--net=${namespace}`, 'sysctl', '-w', 'net.ipv4.ip_forward=1']],
      effect:
        'Enables IP forwarding in the load balancer of this network, until the engine creates it again. Where it is off after each start, the host itself is a container without access to /proc/sys.',
    }),
  },
);

/** A load balancer without a part that leads packets for services to their tasks. */
export const serviceVipMissing: Rule = ruleForGroups(
  'service-vip-missing',
  'service-vip-missing',
  ({ where: { host, network } }) => `${host} ${network}`,
  (evidence, open, observation): Omit<Diagnosis, 'code' | 'evidence'> => {
    const [{ where, text }, ...others] = evidence;
    const { host, network, service } = where;
    const more = others.length === 0 ? '' : `, and parts for ${others.length} more services`;
    return {
      where: { host, network, ...(others.length === 0 ? { service } : {}) },
      summary: `${text}${more}`,
      consequences: consequencesOf(evidence, open, observation),
      action: restoreParts(evidence, observation) ?? restartEngine(host),
    };
  },
);

/** A load balancer that sends no connections to running tasks. */
export const serviceBackendMissing: Rule = ruleForGroups(
  'backend-missing',
  'service-backend-missing',
  ({ where: { host, network, service } }) => `${host} ${network} ${service}`,
  (evidence, open, observation): Omit<Diagnosis, 'code' | 'evidence'> => {
    const [{ where, text }, ...others] = evidence;
    const { host, network, service = '' } = where;
    const more = others.length === 0 ? '' : `, and nothing to ${others.length} more tasks`;
    return {
      where: { host, network, service },
      summary: `${text}${more}`,
      consequences: consequencesOf(evidence, open, observation),
      action: {
        kind: 'fix',
        host: valueOf(observation.swarm)?.manager,
        commands: [['docker', 'service', 'update', '--force', service]],
        effect:
          'Replaces the tasks of the service one after another, as its update settings say, and ends when all are replaced. The engines announce the new ones to all nodes.',
        ...restoreServers(evidence, where, observation),
      },
    };
  },
);

/** A load balancer that sends connections to addresses where the service has no task: they hang, or reach another service. */
export const serviceBackendStale: Rule = ruleForGroups(
  'backend-stale',
  'service-backend-stale',
  ({ where: { host, network, service } }) => `${host} ${network} ${service}`,
  (evidence, open, observation): Omit<Diagnosis, 'code' | 'evidence'> => {
    const [{ where, text }, ...others] = evidence;
    const more = others.length === 0 ? '' : `, and to ${others.length} more such addresses`;
    return {
      where,
      summary: `${text}${more}${whoHas(evidence[0], observation)}`,
      consequences: consequencesOf(evidence, open, observation),
      action: {
        ...restartEngine(where.host),
        ...removeServers(evidence, where, observation),
      },
    };
  },
);

/** `--fix` adds the tasks to the load balancer, and replaces nothing. */
function restoreServers(
  evidence: readonly Difference<'backend-missing'>[],
  where: Place,
  observation: Observation,
): Pick<Action, 'restores'> {
  const effect = 'Adds the tasks to the load balancer again, without replacing them.';
  return changeServers(where, observation, effect, (mark) =>
    evidence.map(({ expected: { address }, observed: { servers } }): Command => {
      const verb = servers.some((server) => server.address === address) ? '-e' : '-a';
      return ['ipvsadm', verb, '-f', mark, '-r', address, '-m', '-w', '1'];
    }),
  );
}

/** `--fix` removes the addresses from the load balancer, and restarts nothing. */
function removeServers(
  evidence: readonly Difference<'backend-stale'>[],
  where: Place,
  observation: Observation,
): Pick<Action, 'restores'> {
  const effect = 'Removes the addresses from the load balancer, without a restart.';
  return changeServers(where, observation, effect, (mark) =>
    evidence.map(({ observed: { address } }) => ['ipvsadm', '-d', '-f', mark, '-r', address]),
  );
}

/** Changes the virtual service of a service by its mark; nothing in the routing mesh, whose marks belong to ports. */
function changeServers(
  where: Place,
  observation: Observation,
  effect: string,
  makeCommands: (mark: string) => Command[],
): Pick<Action, 'restores'> {
  const { balancer, address, isMesh } = serviceAt(where, observation) ?? {};
  const mark =
    balancer?.after && address !== undefined ? markOf(balancer.after, address) : undefined;
  if (where.host === undefined || balancer === undefined || mark === undefined || isMesh) return {};
  const instead = { host: where.host, effect };
  return {
    restores: { namespace: balancer.namespace, commands: makeCommands(`${mark}`), instead },
  };
}

/** The service in the load balancer of a network. */
function serviceAt(where: Place, observation: Observation): ServiceOnHost | undefined {
  return servicesOnHosts(observation).find(
    ({ host, network, service }) =>
      host.name === where.host && network === where.network && service.name === where.service,
  );
}

function whoHas(
  { where, observed: { address } }: Difference<'backend-stale'>,
  observation: Observation,
): string {
  const view = valueOf(servicesOf(observation));
  const network = valueOf(observation.swarm)?.networks.find(({ name }) => name === where.network);
  const records = [...(view?.later?.tasks ?? []), ...(view?.tasks ?? [])];
  const task = records.find(({ addressesById }) => addressesById[network?.id ?? ''] === address);
  if (task === undefined) return '';
  const name = view?.services.find(({ id }) => id === task.serviceId)?.name ?? 'another service';
  return task.state === 'running'
    ? `; ${address} is a task of ${name}`
    : `; ${address} was a task of ${name} (${task.state})`;
}

/** The ports of these services on a host that do not answer; of all services when absent. */
function silentPorts(
  open: readonly Difference[],
  host: string | undefined,
  services?: readonly string[],
): Difference[] {
  return ofKind(open, 'port-silent').filter(
    ({ where }) =>
      where.host === host &&
      where.service !== undefined &&
      (services === undefined || services.includes(where.service)),
  );
}

/** The virtual addresses that accept no connections in a network of a host. */
function silentAddresses(
  open: readonly Difference[],
  at: {
    readonly host: string | undefined;
    readonly network: string | undefined;
    readonly services: readonly (string | undefined)[];
  },
): Difference[] {
  return ofKind(open, 'service-address-silent').filter(
    ({ where }) =>
      where.host === at.host && where.network === at.network && at.services.includes(where.service),
  );
}

/** The ports or virtual addresses that do not answer because of a load balancer. */
function consequencesOf(
  evidence: readonly Difference[],
  open: readonly Difference[],
  observation: Observation,
): Difference[] {
  return evidence.flatMap(({ where: { host, network, service } }) =>
    isMeshNamed(network, observation) && service !== undefined
      ? silentPorts(open, host, [service])
      : silentAddresses(open, { host, network, services: [service] }),
  );
}

function isMeshNamed(network: string | undefined, { hosts }: Observation): boolean {
  return hosts.some(({ engine }) =>
    valueOf(engine)?.networks.some(({ name, ingress }) => ingress && name === network),
  );
}

/** Returns the commands that write the lost parts again, if all of them are known; an engine does not do it. */
function restoreParts(
  evidence: readonly Difference<'service-vip-missing'>[],
  observation: Observation,
): Action | undefined {
  // The rule for sources is one for all services of a network.
  const restores = eachOnce(evidence.flatMap((one) => commandsFor(one, observation)));
  if (restores === undefined) return undefined;
  const namespace = evidence[0]?.observed.namespace ?? '';
  return {
    kind: 'fix',
    host: evidence[0]?.where.host,
    commands: restores.map((command) => ['nsenter', `--net=${namespace}`, ...command]),
    effect: 'Writes the lost parts into the load balancer again, as the engine had done.',
    restores: { namespace, commands: restores },
  };
}

function commandsFor(
  { where, observed: { missing, namespace } }: Difference<'service-vip-missing'>,
  observation: Observation,
): (Command | undefined)[] {
  const one = serviceAt(where, observation);
  if (one === undefined || namespace === null) return [undefined];
  return missing.flatMap((part): readonly (Command | undefined)[] => {
    if (part === 'address') {
      return [['ip', 'address', 'add', `${one.address}/32`, 'dev', 'eth0']];
    }
    if (part === 'mark') return restoreMarks(one) ?? [undefined];
    return [part === 'source' ? restoreSource(one, observation) : undefined];
  });
}

/** The mark of the service is that of its remaining rules, or the one of the virtual service that has its tasks. */
function restoreMarks({
  balancer,
  address,
  isMesh,
  service,
  steady,
}: ServiceOnHost): Command[] | undefined {
  const { before } = balancer ?? {};
  const own = new Set(steady.map((task) => task.address));
  const mark =
    before === undefined
      ? undefined
      : (markOf(before, address) ??
        before.virtualServices?.find(({ servers }) => servers.some((one) => own.has(one.address)))
          ?.mark);
  if (mark === undefined) return undefined;
  const append = ['iptables', '-t', 'mangle', '-A'] as const;
  const target = ['-j', 'MARK', '--set-mark', `0x${mark.toString(16)}`] as const;
  if (!isMesh) return [[...append, 'INPUT', '-d', `${address}/32`, ...target]];
  const lost = service.ports.filter(
    ({ mode, protocol, published }) =>
      mode === 'ingress' &&
      !before?.marks.some(
        (rule) => rule.by === 'port' && rule.protocol === protocol && rule.port === published,
      ),
  );
  return lost.map(({ protocol, published }) => [
    ...append,
    'PREROUTING',
    '-p',
    protocol,
    '--dport',
    `${published}`,
    ...target,
  ]);
}

function restoreSource(
  { balancer, networkId }: ServiceOnHost,
  observation: Observation,
): Command | undefined {
  const { networks = [] } = valueOf(observation.swarm) ?? {};
  const subnet = networks.find(({ id }) => id === networkId)?.subnets.find((one) => isRangeV4(one));
  const virtual = new Set(
    valueOf(servicesOf(observation))?.services.map(
      ({ virtualAddresses }) => virtualAddresses[networkId],
    ),
  );
  const own = (balancer?.before?.addresses ?? []).filter(
    (address) => subnet !== undefined && isInside(`${address}/32`, subnet) && !virtual.has(address),
  );
  const [source] = own;
  if (subnet === undefined || source === undefined || own.length > 1) return undefined;
  const rule = ['-d', subnet, '-m', 'ipvs', '--ipvs', '-j', 'SNAT', '--to-source', source];
  return ['iptables', '-t', 'nat', '-A', 'POSTROUTING', ...rule];
}

function isRangeV4(subnet: string): boolean {
  return isIPv4(subnet.replace(/\/.*/, ''));
}
