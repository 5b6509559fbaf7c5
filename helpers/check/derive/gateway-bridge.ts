import type { NetworkFacts } from '../../docker/networks.ts';
import type { HostView } from '../model/observation.ts';
import { valueOf } from '../model/observed.ts';

export const GATEWAY = 'docker_gwbridge';

/**
 * Returns the running containers of a host whose packets to other networks leave through docker_gwbridge: those on an
 * overlay that is not internal, and on no bridge network.
 */
export function containersWithGateway({ engine }: HostView): string[] {
  const { containers = [], networks = [] } = valueOf(engine) ?? {};
  const byId = new Map(networks.map((one) => [one.id, one]));
  return containers
    .filter(({ running, networks: own }) => {
      const joined = Object.values(own).flatMap(({ networkId }) => byId.get(networkId) ?? []);
      const leaves = joined.some(({ driver, internal }) => driver === 'overlay' && !internal);
      return running && leaves && joined.every(({ driver }) => driver === 'overlay');
    })
    .map(({ name }) => name);
}

/** Returns the bridge networks of a host whose packets get the host's address, unless their options say otherwise. */
export function masqueradedNetworks({ engine }: HostView): NetworkFacts[] {
  return (valueOf(engine)?.networks ?? []).filter(
    ({ driver, internal, options, subnets }) =>
      driver === 'bridge' &&
      !internal &&
      subnets.some((subnet) => /^\d+\./.test(subnet)) &&
      options['com.docker.network.bridge.enable_ip_masquerade'] !== 'false' &&
      !(options['com.docker.network.bridge.gateway_mode_ipv4'] ?? 'nat').startsWith('routed'),
  );
}
