import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { type Fault, inMachine } from './fault.ts';
import { overlayNamespace } from './in-namespaces.ts';

/** Somebody laid a cable between two overlays of a machine: their bridges are one now, on all hosts. */
export function joinedBridges(
  provider: MachineProvider,
  machine: string,
  { one, other }: Readonly<Record<'one' | 'other', string>>,
): Fault {
  return inMachine(provider, machine, {
    name: `the bridges of two overlays of ${machine} are joined`,
    inject: `one=${overlayNamespace(one)} other=${overlayNamespace(other)}
      nsenter --net=$one ip link add cable type veth peer name cable netns $other
      for end in $one $other; do
        nsenter --net=$end ip link set cable master br0
        nsenter --net=$end ip link set cable up
      done`,
    undo: `nsenter --net=${overlayNamespace(one)} ip link del cable`,
  });
}

/** A container of an overlay, as its host reaches it beside the overlay: by the bridge that leads out of it. */
export interface Neighbour {
  readonly address: string;
  /** Its address on `docker_gwbridge`. */
  readonly outside: string;
}

/**
 * The host leads from one overlay to another: its firewall lets containers meet on the bridge by which they go out, and it
 * has routes to their addresses on the overlays there.
 */
export function routedOverlays(
  provider: MachineProvider,
  machine: string,
  ends: readonly Neighbour[],
): Fault {
  const bridge = 'docker_gwbridge';
  const hole = `FORWARD -i ${bridge} -o ${bridge} -j ACCEPT`;
  const routes = ends.map(({ address, outside }) => `${address}/32 via ${outside} dev ${bridge}`);
  return inMachine(provider, machine, {
    name: `${machine} leads from one overlay to another`,
    inject: [`iptables -I ${hole}`, ...routes.map((route) => `ip route add ${route}`)].join('\n'),
    undo: [`iptables -D ${hole}`, ...routes.map((route) => `ip route del ${route}`)].join('\n'),
  });
}
