import { observedKernels } from '../../derive/kernel/expected-tables.ts';
import { containersWithGateway, GATEWAY } from '../../derive/gateway-bridge.ts';
import { needsDockerRules } from '../../derive/docker-rules.ts';
import type { Comparison } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import type { HostView } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import type { KernelView } from '../../model/views/kernel-view.ts';
import { kernelOutcome } from '../kernel/kernel-outcome.ts';

/** Containers of every host have a way to other networks: a gateway bridge that is up, and a kernel that forwards. */
export const gateway: Comparison = {
  name: 'gateway',
  title: 'every host forwards packets of its containers through its gateway bridge',
  layer: 'kernel',
  needs: 'privileged-probe',
  compare: (observation) => {
    const kernels = observedKernels(observation);
    return kernelOutcome(
      observation,
      kernels.flatMap(({ host, kernel }) => [
        ...describeBridge(host, kernel),
        ...describeForwarding(host, kernel),
      ]),
      kernels.map(
        ({ host }) =>
          `${host.name}: ${containersWithGateway(host).length} containers use ${GATEWAY}`,
      ),
    );
  },
};

function describeBridge(host: HostView, { links }: KernelView): Difference[] {
  const containers = containersWithGateway(host);
  const bridge = links.find(({ name }) => name === GATEWAY);
  if (containers.length === 0 || bridge?.isUp === true) return [];
  const observed = bridge === undefined ? 'absent' : 'down';
  return [
    {
      kind: 'gateway-mismatch',
      where: { host: host.name },
      expected: 'up',
      observed,
      text: `${GATEWAY} of ${host.name} is ${observed}: ${containers.join(', ')} cannot reach other networks through it`,
    },
  ];
}

function describeForwarding(host: HostView, { host: state }: KernelView): Difference[] {
  const isOff =
    state?.before.forwards === false && (state.after ?? state.before).forwards === false;
  if (!isOff || !(needsDockerRules(host) || hasBridged(host))) return [];
  return [
    {
      kind: 'forwarding-off',
      where: { host: host.name },
      expected: { forwards: true },
      observed: { forwards: false },
      text: `${host.name} forwards no packets: net.ipv4.ip_forward is 0`,
    },
  ];
}

/** Returns true if a container of the host is on a bridge network. */
function hasBridged({ engine }: HostView): boolean {
  const { containers = [], networks = [] } = valueOf(engine) ?? {};
  const bridges = new Set(networks.filter(({ driver }) => driver === 'bridge').map(({ id }) => id));
  return containers.some(
    ({ running, networks: own }) =>
      running && Object.values(own).some(({ networkId }) => bridges.has(networkId)),
  );
}
