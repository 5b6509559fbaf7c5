import { isIPv4 } from 'node:net';
import { hostNamed } from '../../derive/find-host.ts';
import { observedKernels } from '../../derive/kernel/expected-tables.ts';
import { addressesOfLink } from '../../derive/own-addresses.ts';
import type { Comparison } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import { kernelOutcome } from '../kernel/kernel-outcome.ts';

/** Every engine advertises an address that its host has, or that a device on the path translates to one. */
export const advertisedAddresses: Comparison = {
  name: 'advertised-addresses',
  title: 'every engine advertises an address at which its host is reached',
  layer: 'engines',
  needs: 'privileged-probe',
  compare: (observation) => {
    const advertising = observedKernels(observation).flatMap(({ host, kernel: { links } }) => {
      const { clusterAdvertise, swarmNode } = valueOf(host.engine)?.info ?? {};
      const advertised = clusterAdvertise?.replace(/:\d+$/, '') ?? swarmNode?.address ?? '';
      const addresses = links.flatMap(addressesOfLink);
      return isIPv4(advertised) ? [{ host: host.name, advertised, addresses }] : [];
    });
    return kernelOutcome(
      observation,
      advertising.flatMap(({ host, advertised, addresses }): Difference[] => {
        if (addresses.includes(advertised)) return [];
        // An answer may come from the host that has the address now.
        const owner = advertising.find((other) => other.addresses.includes(advertised))?.host;
        if (owner === undefined && isReached(observation, host, advertised)) return [];
        const fault =
          owner === undefined ? 'the other hosts do not reach it there' : `${owner} has it`;
        return [
          {
            kind: 'advertised-address-absent',
            where: { host },
            expected: advertised,
            observed: { addresses },
            text: `the engine of ${host} advertises ${advertised}, which no interface of ${host} has: ${fault}`,
          },
        ];
      }),
      advertising.map(({ host, advertised }) => `${host}: ${advertised}`),
    );
  },
};

/**
 * Returns true if packets of other hosts reach the host at its address, as behind a translating router, or if none was sent.
 * Packets between containers prove less: a VXLAN device learns the real address of a host from its packets.
 */
function isReached(observation: Observation, host: string, advertised: string): boolean {
  const { gossip = [], tunnels = [], trials = [] } = valueOf(observation.paths) ?? {};
  const direct = [
    ...gossip.filter(({ to }) => to === host).map((one) => one.answered || one.arrived),
    ...tunnels.filter(({ to }) => to === host).map(({ reachedNic }) => reachedNic),
  ];
  if (hostNamed(observation, host)?.address === advertised && direct.length > 0) {
    return direct.includes(true);
  }
  const between = trials.filter(
    ({ from, to }) => from.host !== to.host && (from.host === host || to.host === host),
  );
  return between.length === 0 || between.some(({ answered }) => answered);
}
