import type { Comparison } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import { endpointsOf } from '../../derive/endpoints.ts';
import {
  type ObservedKernel,
  observedKernels,
  tablesOf,
} from '../../derive/kernel/expected-tables.ts';
import type { Observation } from '../../model/observation.ts';
import { type OverlayTables, USUAL_VXLAN_PORT } from '../../model/views/kernel-view.ts';
import { valueOf } from '../../model/observed.ts';
import { kernelOutcome } from './kernel-outcome.ts';

/** Each host with a container on an overlay has its devices, up, of the same number and port as the other hosts. */
export const kernelDevices: Comparison = {
  name: 'kernel-devices',
  title: 'the VXLAN devices of an overlay are up and the same on every host',
  layer: 'kernel',
  needs: 'privileged-probe',
  compare: (observation) => {
    const kernels = observedKernels(observation);
    const networks = Map.groupBy(endpointsOf(observation), ({ networkId }) => networkId);
    const found = [...networks].map(([networkId, endpoints]) => {
      const network = endpoints[0]?.network ?? networkId;
      const hosts = new Set(endpoints.map(({ host }) => host));
      const joined = kernels
        .filter(({ host, kernel }) => hosts.has(host.name) && !isUnread(kernel, networkId))
        .map(({ host, kernel }) => ({ host, tables: tablesOf(kernel.overlays, networkId) }));
      return compareDevices({ network, networkId, joined }, observation);
    });
    return kernelOutcome(
      observation,
      found.flatMap(({ differences }) => differences),
      found.flatMap(({ evidence }) => evidence),
    );
  },
};

/** Returns true if the overlay exists but was not readable. */
function isUnread({ unreadOverlays }: ObservedKernel['kernel'], networkId: string): boolean {
  return unreadOverlays.some(({ idPrefix }) => networkId.startsWith(idPrefix));
}

interface Devices {
  readonly network: string;
  readonly networkId: string;
  readonly joined: readonly {
    readonly host: ObservedKernel['host'];
    readonly tables: OverlayTables | undefined;
  }[];
}

function compareDevices({ network, networkId, joined }: Devices, observation: Observation) {
  const all = joined.flatMap(({ tables }) => tables?.vxlans ?? []);
  const written = writtenNumbers(networkId, observation);
  // A network with several subnets has a device for each, and a host may lack unused ones.
  const isOneEach = joined.every(({ tables }) => (tables?.vxlans.length ?? 0) <= 1);
  const seenNumbers = all.map(({ vni }) => vni);
  const numbers = written.length > 0 ? written : isOneEach ? mostCommon(seenNumbers) : seenNumbers;
  const ports = mostCommon(
    all.map(({ port }) => port),
    USUAL_VXLAN_PORT,
  );
  const differences = joined.flatMap(({ host: { name: host }, tables }): Difference[] => {
    const differ = (
      expected: Difference<'vxlan-mismatch'>['expected'],
      observed: Difference<'vxlan-mismatch'>['observed'],
      text: string,
    ): Difference => ({
      kind: 'vxlan-mismatch',
      where: { host, network },
      expected,
      observed,
      text: `${host}: ${text}`,
    });
    if (tables === undefined) {
      return [differ('a namespace', null, `the kernel has no namespace for ${network}`)];
    }
    const { vxlans, bridges } = tables;
    return [
      ...(vxlans.length === 0 ? [differ('vxlan0', null, `no VXLAN device for ${network}`)] : []),
      ...[...vxlans, ...bridges]
        .filter(({ isUp }) => !isUp)
        .map(({ name }) =>
          differ({ [name]: 'up' }, { [name]: 'down' }, `${name} of ${network} is down`),
        ),
      ...vxlans
        .filter(({ vni }) => !numbers.includes(vni))
        .map(({ name, vni }) =>
          differ(
            { vni: numbers },
            { vni },
            `${name} of ${network} has VNI ${vni} instead of ${numbers.join(' or ')}`,
          ),
        ),
      ...vxlans
        .filter(({ port }) => !ports.includes(port))
        .map(({ name, port }) =>
          differ(
            { port: ports },
            { port },
            `${name} of ${network} uses port ${port} instead of ${ports.join(' or ')}`,
          ),
        ),
    ];
  });
  const evidence = joined.flatMap(({ host, tables }) =>
    (tables?.vxlans ?? []).map(
      ({ name, vni, port }) => `${host.name}, ${network}: ${name} has VNI ${vni}, port ${port}`,
    ),
  );
  return { differences, evidence };
}

/** The numbers that the store or the managers have given the network's subnets. */
function writtenNumbers(networkId: string, { store, swarm }: Observation): readonly number[] {
  const networks = [...(valueOf(store)?.networks ?? []), ...(valueOf(swarm)?.networks ?? [])];
  return networks.find(({ id }) => id === networkId)?.vnis ?? [];
}

/** The value that most have; all of them where none prevails, but the usual one alone if it is among them. */
function mostCommon(values: readonly number[], usual?: number): readonly number[] {
  const counted = [...Map.groupBy(values, (value) => value)].map(
    ([value, same]) => [value, same.length] as const,
  );
  const most = Math.max(0, ...counted.map(([, count]) => count));
  const prevailing = counted.filter(([, count]) => count === most).map(([value]) => value);
  return usual !== undefined && prevailing.includes(usual) ? [usual] : prevailing;
}
