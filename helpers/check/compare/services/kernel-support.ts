import { servicesOnHosts, type ServiceOnHost } from '../../derive/balanced-services.ts';
import type { Comparison } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import type { KernelFeature } from '../../model/difference-values.ts';
import type { HostView, Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import type { Balancer } from '../../model/views/balancing-view.ts';
import { servicesOutcome } from './services-outcome.ts';

/** The kernels have IPVS, which balances the load of services: without it, an engine accepts services that cannot work. */
export const kernelsBalance: Comparison = {
  name: 'kernels-balance',
  title: 'the kernel of every node with services has IPVS',
  layer: 'services',
  needs: 'privileged-probe',
  compare: (observation) => {
    const all = servicesOnHosts(observation);
    const lacking = Map.groupBy(
      all.filter(({ balancer }) => lacksIpvs(balancer)),
      ({ host }) => host.name,
    );
    return servicesOutcome(
      observation,
      [...lacking].map(([host, services]) => describeLack(host, services)),
      [...new Set(all.map(({ host }) => `${host.name}: has IPVS`))],
    );
  },
};

function describeLack(host: string, services: readonly ServiceOnHost[]): Difference {
  const names = [...new Set(services.map(({ service }) => service.name))].toSorted();
  return {
    kind: 'ipvs-missing',
    where: { host },
    expected: 'IPVS',
    observed: { services: names },
    text: `the kernel of ${host} has no IPVS: the virtual addresses of ${names.join(', ')} do not work there`,
  };
}

/** The kernels have all other features that services need; without one, an engine accepts services that cannot work. */
export const kernelFeatures: Comparison = {
  name: 'kernel-features',
  title: 'the kernel of every node with services has all features that they need',
  layer: 'services',
  needs: 'privileged-probe',
  compare: (observation) => {
    const byHost = Map.groupBy(servicesOnHosts(observation), ({ host }) => host.name);
    const lacking = observation.hosts.flatMap((host) =>
      featuresMissing(host, byHost.get(host.name) ?? [], observation).map(
        ({ feature, errors, why }): Difference => ({
          kind: 'kernel-feature-missing',
          where: { host: host.name },
          expected: feature,
          observed: { feature, errors },
          text: `the kernel of ${host.name} lacks ${feature}: ${why}`,
        }),
      ),
    );
    return servicesOutcome(
      observation,
      lacking,
      observation.hosts.map(({ name }) => `${name}: has all features`),
    );
  },
};

interface Lack {
  readonly feature: KernelFeature;
  /** The engine's errors. */
  readonly errors: readonly string[];
  readonly why: string;
}

/** The error of a task on a node whose engine has no `docker_gwbridge` for it. */
const noGateway = /\bdocker_gwbridge\b|bridge-nf-call|br_netfilter/;

function featuresMissing(
  { name, engine, balancing }: HostView,
  services: readonly ServiceOnHost[],
  observation: Observation,
): Lack[] {
  const { before, after } = valueOf(balancing)?.kernel ?? {};
  const reads = services.flatMap(({ balancer }) => [
    ...(balancer?.before === undefined ? [] : [balancer.before]),
    ...(balancer?.after === undefined ? [] : [balancer.after]),
  ]);
  const balanced = reads.filter(({ virtualServices }) => virtualServices !== undefined);
  const isUnmatched = balanced.length > 0 && balanced.every(({ sources }) => sources.length === 0);
  const hasNoMatch = before?.matchesIpvs === false && after?.matchesIpvs === false;
  const hasNoTcp = balanced.length > 0 && balanced.every(({ idle }) => idle?.tcp === 0);
  const node = valueOf(engine)?.info.swarmNode?.id;
  const { tasks = [], later } = valueOf(observation.swarm) ?? {};
  const errors = [...tasks, ...(later?.tasks ?? [])]
    .filter(({ nodeId, error }) => nodeId !== '' && nodeId === node && noGateway.test(error))
    .map(({ error }) => error);
  const isUnfiltered = before?.filtersBridges === false && after?.filtersBridges === false;
  return [
    ...(isUnmatched && hasNoMatch
      ? [
          {
            feature: 'xt_ipvs',
            errors: [],
            why: 'its load balancers cannot rewrite the source of packets, and tasks answer past them',
          } as const,
        ]
      : []),
    ...(hasNoTcp
      ? [
          {
            feature: 'IP_VS_PROTO_TCP',
            errors: [],
            why: 'its load balancers drop TCP connections',
          } as const,
        ]
      : []),
    ...(isUnfiltered && errors.length > 0
      ? [
          {
            feature: 'br_netfilter',
            errors: [...new Set(errors)],
            why: `the engine creates no docker_gwbridge, which tasks on ${name} need`,
          } as const,
        ]
      : []),
  ];
}

/** Returns true if the kernel had no IPVS at both reads. */
export function lacksIpvs(balancer: Balancer | undefined): boolean {
  const { before, after } = balancer ?? {};
  if (before === undefined || after === undefined) return false;
  return before.virtualServices === undefined && after.virtualServices === undefined;
}

/** Every load balancer forwards packets: in some containers that act as hosts, the setting of new namespaces is off. */
export const balancersForward: Comparison = {
  name: 'balancers-forward',
  title: 'every load balancer of services forwards packets',
  layer: 'services',
  needs: 'privileged-probe',
  compare: (observation) => {
    const all = servicesOnHosts(observation);
    const byNetwork = Map.groupBy(all, ({ host, networkId }) => `${host.name} ${networkId}`);
    return servicesOutcome(
      observation,
      [...byNetwork.values()].flatMap((services) => findOff(services) ?? []),
      all.map(({ host, network }) => `${host.name}: net.ipv4.ip_forward is on in ${network}`),
    );
  },
};

function findOff(services: readonly ServiceOnHost[]): Difference | undefined {
  const [first] = services;
  const { before, after, namespace = '' } = first?.balancer ?? {};
  if (first === undefined || before?.forwards !== false || after?.forwards !== false)
    return undefined;
  const { host, network } = first;
  const names = services.map(({ service }) => service.name);
  return {
    kind: 'balancer-forwarding-off',
    where: { host: host.name, network },
    expected: '1',
    observed: { value: '0', namespace, services: names },
    text: `net.ipv4.ip_forward is 0 in the load balancer of ${network} on ${host.name}: ${names.join(', ')} cannot be reached from there`,
  };
}
