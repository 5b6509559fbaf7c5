import type { MachineProvider } from '../machine/machine.ts';
import { type Fault, inMachine } from './fault.ts';

/** One end of an overlay, as another host's kernel must know it. */
export interface RemoteEnd {
  readonly container: string;
  readonly mac: string;
  /** The address of the host that it is on. */
  readonly host: string;
}

/**
 * The machine's kernel forgets on which host a container is. Names and everything that engines say stay right, and no
 * engine repairs it (https://github.com/moby/moby/issues/52661). A packet that comes from there teaches it to the kernel
 * again: what is dead is the first word from this side.
 */
export function forgetForwarding(
  provider: MachineProvider,
  machine: string,
  network: string,
  { container, mac, host }: RemoteEnd,
): Fault {
  const bridge = `nsenter --net=/var/run/docker/netns/1-${network.slice(0, 10)} bridge`;
  return inMachine(provider, machine, {
    name: `the kernel of ${machine} has forgotten on which host ${container} is`,
    inject: `${bridge} fdb del ${mac} dev vxlan0`,
    undo: `${bridge} fdb replace ${mac} dev vxlan0 dst ${host} self permanent`,
  });
}
