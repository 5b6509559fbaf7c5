import type { Check } from '../check.ts';
import type { Difference } from '../difference.ts';
import { endsOf, type OverlayEnd } from '../ends.ts';
import { type SeenKernel, seenKernels, tablesOf } from '../expected-tables.ts';
import { kernelOutcome } from './kernel-outcome.ts';

/** Bytes that VXLAN puts around a packet between IPv4 hosts. */
const VXLAN_OVERHEAD = 50;

/**
 * Each link on the way lets through what containers may send. One that does not swallows what is too large without a
 * word: connections open, and hang with the first full packet.
 */
export const kernelMtu: Check = {
  name: 'kernel-mtu',
  title: 'every link on the way between hosts lets through what containers may send',
  layer: 'kernel',
  needs: 'privileged-probe',
  compare: (observation) => {
    const kernels = seenKernels(observation);
    const networks = Map.groupBy(endsOf(observation), ({ networkId }) => networkId);
    const found = [...networks.values()].map((ends) => compareMtu(ends, kernels));
    return kernelOutcome(
      observation,
      found.flatMap(({ differences }) => differences),
      found.flatMap(({ evidence }) => evidence),
    );
  },
};

function compareMtu(ends: readonly OverlayEnd[], kernels: readonly SeenKernel[]) {
  const { network = '', networkId = '' } = ends[0] ?? {};
  const hosts = new Set(ends.map(({ host }) => host));
  const largest = Math.max(0, ...ends.flatMap((end) => mtuOf(end, kernels) ?? []));
  // Between containers of one host nothing is put around a packet, and nothing leaves it.
  if (largest === 0 || hosts.size < 2) return { differences: [], evidence: [] };
  const links = kernels
    .filter(({ host }) => hosts.has(host.name))
    .flatMap((seen) => linksOf(seen, networkId).map((link) => ({ ...link, host: seen.host.name })));
  return {
    differences: links.flatMap(({ host, name, mtu, overhead }): Difference[] => {
      const needed = largest + overhead;
      if (mtu >= needed) return [];
      return [
        {
          kind: 'mtu-unfit',
          where: { host, network },
          expected: { device: name, mtu: needed },
          observed: { device: name, mtu },
          text: `${name} of ${host} lets ${mtu} bytes through, and containers on ${network} send up to ${largest}${overhead === 0 ? '' : `, which is ${needed} with VXLAN around it`}`,
        },
      ];
    }),
    evidence: links.map(
      ({ host, name, mtu }) => `${host}, ${network}: ${name} ${mtu}, containers ${largest}`,
    ),
  };
}

/** The MTU that a container has on the overlay. */
function mtuOf({ containerId, address }: OverlayEnd, kernels: readonly SeenKernel[]) {
  const namespaces = kernels.flatMap(({ kernel }) => kernel.containers);
  const links = namespaces.find((one) => one.containerId === containerId)?.links ?? [];
  return links.find((link) => link.addresses.some((one) => one.startsWith(`${address}/`)))?.mtu;
}

interface PassedLink {
  readonly name: string;
  readonly mtu: number;
  readonly overhead: number;
}

/** What a packet of that overlay passes on this host, once it has left the container. */
function linksOf({ kernel }: SeenKernel, networkId: string): PassedLink[] {
  const tables = tablesOf(kernel.overlays, networkId);
  const carrier = kernel.links.find(({ name }) => name === kernel.carrier);
  return [
    ...[...(tables?.bridges ?? []), ...(tables?.vxlans ?? [])].map(pickLink(0)),
    ...(carrier === undefined ? [] : [carrier].map(pickLink(VXLAN_OVERHEAD))),
  ];
}

function pickLink(overhead: number) {
  return ({ name, mtu }: Pick<PassedLink, 'name' | 'mtu'>): PassedLink => ({ name, mtu, overhead });
}
