import { servicesOnHosts, type ServiceOnHost } from '../../derive/balanced-services.ts';
import type { Comparison } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
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
