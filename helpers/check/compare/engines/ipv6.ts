import { isIPv6 } from 'node:net';
import { type Comparison, outcomeOf } from '../../model/comparison.ts';
import { networkFamilies } from '../../model/inspected.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';

/** Never passes with IPv6 in the cluster: all other comparisons and live packets are for IPv4 only. */
export const ipv4Only: Comparison = {
  name: 'ipv4-only',
  title: 'all overlays and hosts use IPv4 only, which other comparisons examine',
  layer: 'networks',
  needs: 'api',
  compare: (observation) => {
    const overlays = overlaysOf(observation);
    const parts = [
      ...overlays.filter(usesIPv6).map(({ name }) => `network ${name}`),
      ...hostsWithIPv6(observation).map((name) => `addresses of ${name} in the cluster`),
    ].toSorted();
    if (parts.length === 0)
      return outcomeOf(
        [],
        overlays.map(({ name }) => `${name}: IPv4`),
      );
    return {
      state: 'skipped',
      reason: `IPv6 is not examined: ${parts.join(', ')}`,
      because: 'failed',
    };
  },
};

function overlaysOf({ hosts }: Observation) {
  const networks = hosts.flatMap(({ engine }) => valueOf(engine)?.networks ?? []);
  return [...new Map(networks.map((one) => [one.id, one])).values()].filter(
    ({ driver }) => driver === 'overlay',
  );
}

function usesIPv6({ raw }: { readonly raw: unknown }): boolean {
  return networkFamilies.safeParse(raw).data?.EnableIPv6 === true;
}

/** Returns the hosts whose engines advertise IPv6 addresses. */
function hostsWithIPv6({ hosts }: Observation): string[] {
  return hosts
    .filter(({ engine }) => isIPv6(valueOf(engine)?.info.swarmNode?.address ?? ''))
    .map(({ name }) => name);
}
