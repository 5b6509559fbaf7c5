import type { Command } from '../../model/command.ts';
import type { Comparison } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import { endpointsOf, type OverlayEndpoint } from '../../derive/endpoints.ts';
import {
  type ObservedKernel,
  observedKernels,
  tablesOf,
} from '../../derive/kernel/expected-tables.ts';
import { kernelOutcome } from './kernel-outcome.ts';

/** Bytes that VXLAN puts around a packet between IPv4 hosts. */
const VXLAN_OVERHEAD = 50;

/**
 * Every link on a path carries the largest packets that containers may send. A link that does not drops them silently:
 * connections open, and hang with the first full packet.
 */
export const kernelMtu: Comparison = {
  name: 'kernel-mtu',
  title: 'every link between hosts carries the largest packets that containers may send',
  layer: 'kernel',
  needs: 'privileged-probe',
  compare: (observation) => {
    const kernels = observedKernels(observation);
    const networks = Map.groupBy(endpointsOf(observation), ({ networkId }) => networkId);
    const found = [...networks.values()].map((endpoints) => compareMtu(endpoints, kernels));
    return kernelOutcome(
      observation,
      found.flatMap(({ differences }) => differences),
      found.flatMap(({ evidence }) => evidence),
    );
  },
};

function compareMtu(endpoints: readonly OverlayEndpoint[], kernels: readonly ObservedKernel[]) {
  const { network = '', networkId = '' } = endpoints[0] ?? {};
  const hosts = new Set(endpoints.map(({ host }) => host));
  const joined = kernels.filter(({ host }) => hosts.has(host.name));
  const devices = joined.flatMap((seen) => devicesOf(seen, networkId));
  const containers = endpoints.flatMap((endpoint) => containerLinkOf(endpoint, kernels) ?? []);
  // The MTU that the engine gave the links of the network; a changed link is in the minority.
  const usual = mostCommon([...devices, ...containers].map(({ mtu }) => mtu));
  // Between containers of one host nothing leaves it.
  const carriers = hosts.size < 2 ? [] : joined.flatMap((seen) => carrierOf(seen) ?? []);
  const describe = (one: PassedLink, mtu: number, text: string): Difference => ({
    kind: 'mtu-mismatch',
    where: { host: one.host, network, container: one.container },
    expected: {
      device: one.name,
      mtu,
      command: commandFor(one, mtu),
    },
    observed: { device: one.name, mtu: one.mtu },
    text: `${one.name} of ${one.container ?? one.host} ${text}`,
  });
  return {
    differences: [
      ...containers
        .filter(({ mtu }) => mtu > usual)
        .map((one) =>
          describe(one, usual, `sends up to ${one.mtu} bytes, but ${network} allows ${usual}`),
        ),
      ...devices
        .filter(({ mtu }) => mtu < usual)
        .map((one) =>
          describe(
            one,
            usual,
            `allows ${one.mtu} bytes, but containers on ${network} send up to ${usual}`,
          ),
        ),
      ...carriers
        .filter(({ mtu }) => mtu < usual + VXLAN_OVERHEAD)
        .map((one) =>
          describe(
            one,
            usual + VXLAN_OVERHEAD,
            `allows ${one.mtu} bytes, but containers on ${network} send up to ${usual}, which is ${usual + VXLAN_OVERHEAD} with VXLAN headers`,
          ),
        ),
    ],
    evidence: [...containers, ...devices, ...carriers].map(
      ({ host, container, name, mtu }) => `${container ?? host}, ${network}: ${name} ${mtu}`,
    ),
  };
}

interface PassedLink {
  readonly host: string;
  readonly container: string | undefined;
  readonly name: string;
  readonly mtu: number;
  /** The arguments of nsenter for its namespace; empty on the host itself. */
  readonly enter: readonly string[];
}

/** The link by which a container is on the overlay. */
function containerLinkOf(
  { host, container, containerId, address, pid }: OverlayEndpoint,
  kernels: readonly ObservedKernel[],
): PassedLink | undefined {
  const namespaces = kernels.flatMap(({ kernel }) => kernel.containers);
  const links = namespaces.find((one) => one.containerId === containerId)?.links ?? [];
  const link = links.find(({ addresses }) =>
    addresses.some((one) => one.startsWith(`${address}/`)),
  );
  if (link === undefined) return undefined;
  const enter = [`--target=${pid}`, '--net'];
  return { host, container, name: link.name, mtu: link.mtu, enter };
}

/**
 * Returns the devices that a packet of that overlay passes on this host. The MTU of a bridge only matters for packets of
 * the host itself.
 */
function devicesOf({ host, kernel }: ObservedKernel, networkId: string): PassedLink[] {
  const tables = tablesOf(kernel.overlays, networkId);
  if (tables === undefined) return [];
  const enter = [`--net=${tables.namespace}`];
  return [...tables.vxlans, ...tables.ports].map(({ name, mtu }) => {
    return { host: host.name, container: undefined, name, mtu, enter };
  });
}

function carrierOf({ host, kernel }: ObservedKernel): PassedLink | undefined {
  const link = kernel.links.find(({ name }) => name === kernel.carrier);
  if (link === undefined) return undefined;
  return { host: host.name, container: undefined, name: link.name, mtu: link.mtu, enter: [] };
}

function commandFor({ name, enter }: PassedLink, mtu: number): Command {
  const words = ['link', 'set', 'dev', name, 'mtu', `${mtu}`];
  return enter.length === 0 ? ['ip', ...words] : ['nsenter', ...enter, 'ip', ...words];
}

/** The largest, where several are as common. */
function mostCommon(values: readonly number[]): number {
  const counted = [...Map.groupBy(values, (value) => value)].toSorted(
    ([one, ones], [other, others]) => others.length - ones.length || other - one,
  );
  return counted[0]?.[0] ?? 0;
}
