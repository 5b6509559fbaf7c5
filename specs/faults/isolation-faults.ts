import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import { type Fault, inMachine } from './fault.ts';
import { overlayNamespace } from './in-namespaces.ts';

/**
 * Connects the bridges of two overlay networks with a veth pair. They are one network then, on all hosts. The kernel lets
 * a new port of a bridge forward packets up to a second later, so injecting waits until both ends do.
 */
export function joinedBridges(
  provider: MachineProvider,
  machine: string,
  { one, other }: Readonly<Record<'one' | 'other', string>>,
): Fault {
  const ends = [one, other].map(overlayNamespace);
  const cable = inMachine(provider, machine, {
    name: `the bridges of two overlay networks of ${machine} are connected`,
    inject: `one=${overlayNamespace(one)} other=${overlayNamespace(other)}
      nsenter --net=$one ip link add cable type veth peer name cable netns $other
      for end in $one $other; do
        nsenter --net=$end ip link set cable master br0
        nsenter --net=$end ip link set cable up
      done`,
    undo: `nsenter --net=${overlayNamespace(one)} ip link del cable`,
  });
  const show = ends.map((end) => `nsenter --net=${end} ip -d link show cable`).join('; ');
  return {
    ...cable,
    inject: async () => {
      const undo = await cable.inject();
      try {
        await waitFor(
          `${machine}: both ends of the cable forward packets`,
          async () => {
            const { stdout } = await provider.run(machine, ['sh', '-ec', show]);
            const states = [...stdout.matchAll(/ bridge_slave state (\w+)/g)].map(
              ([, state]) => state,
            );
            return states.length === ends.length && states.every((state) => state === 'forwarding')
              ? done(undefined)
              : notYet(states.join(', '));
          },
          { limit: 30_000 },
        );
      } catch (error) {
        await undo();
        throw error;
      }
      return undo;
    },
  };
}

/** A container of an overlay network, with the address by which its host reaches it on `docker_gwbridge`. */
export interface RoutedContainer {
  readonly address: string;
  /** Its address on `docker_gwbridge`. */
  readonly outside: string;
}

/**
 * Makes a host route between two overlay networks. Its firewall accepts traffic between containers on
 * `docker_gwbridge`, and its routes lead to their overlay addresses there.
 */
export function routedOverlays(
  provider: MachineProvider,
  machine: string,
  containers: readonly RoutedContainer[],
): Fault {
  const bridge = 'docker_gwbridge';
  const hole = `FORWARD -i ${bridge} -o ${bridge} -j ACCEPT`;
  const routes = containers.map(
    ({ address, outside }) => `${address}/32 via ${outside} dev ${bridge}`,
  );
  return inMachine(provider, machine, {
    name: `${machine} routes between two overlay networks`,
    inject: [`iptables -I ${hole}`, ...routes.map((route) => `ip route add ${route}`)].join('\n'),
    undo: [`iptables -D ${hole}`, ...routes.map((route) => `ip route del ${route}`)].join('\n'),
  });
}
