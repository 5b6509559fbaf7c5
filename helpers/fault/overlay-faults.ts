import type { MachineProvider } from '../machine/machine.ts';
import { type Fault, inMachine } from './fault.ts';
import { forgetLearntMacs, inOverlay } from './in-namespaces.ts';

/** One end of an overlay, as another host's kernel must know it. */
export interface RemoteEnd {
  readonly container: string;
  readonly mac: string;
  /** Its address on the overlay. */
  readonly address: string;
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
  end: RemoteEnd,
): Fault {
  return inMachine(provider, machine, {
    name: `the kernel of ${machine} has forgotten on which host ${end.container} is`,
    inject: inOverlay(network, `bridge fdb del ${end.mac} dev vxlan0 self`),
    undo: inOverlay(network, restoreForwarding(end)),
  });
}

/**
 * Nothing at all is left of a container in the forwarding table, where the half that the bridge has learnt stays
 * otherwise. What is dead is the same: the first word from this side.
 */
export function forgetForwardingWholly(
  provider: MachineProvider,
  machine: string,
  network: string,
  end: RemoteEnd,
): Fault {
  return inMachine(provider, machine, {
    name: `the kernel of ${machine} has nothing of ${end.container} in its forwarding table`,
    inject: inOverlay(
      network,
      `bridge fdb del ${end.mac} dev vxlan0 self
      bridge fdb del ${end.mac} dev vxlan0 master 2>/dev/null || true`,
    ),
    undo: inOverlay(network, restoreForwarding(end)),
  });
}

/**
 * The machine's kernel sends what is for a container to another host. Dead in both directions: what comes from the
 * right host is dropped too, as a permanent entry says that the container is elsewhere.
 */
export function misdirectForwarding(
  provider: MachineProvider,
  machine: string,
  network: string,
  end: RemoteEnd,
  wrong: string,
): Fault {
  return inMachine(provider, machine, {
    name: `the kernel of ${machine} sends to ${wrong} what is for ${end.container} on ${end.host}`,
    inject: inOverlay(
      network,
      `bridge fdb replace ${end.mac} dev vxlan0 dst ${wrong} self permanent`,
    ),
    undo: inOverlay(network, restoreForwarding(end)),
  });
}

/**
 * What is for a container goes to the right host, at a port where nobody listens: 8472 is what the kernel took before
 * VXLAN had a number of its own. Dead in this direction alone; what answers there would need is dead with it.
 */
export function misdirectPort(
  provider: MachineProvider,
  machine: string,
  network: string,
  end: RemoteEnd,
): Fault {
  return inMachine(provider, machine, {
    name: `the kernel of ${machine} sends what is for ${end.container} to port 8472 of its host`,
    inject: inOverlay(
      network,
      `bridge fdb replace ${end.mac} dev vxlan0 dst ${end.host} port 8472 self permanent`,
    ),
    undo: inOverlay(network, restoreForwarding(end)),
  });
}

/**
 * The machine's kernel still has a container that is gone, or that is on this very machine by now: `host` says where it
 * was. Nobody notices until the address, or the container, is somewhere else than the entry says.
 */
export function leaveForwarding(
  provider: MachineProvider,
  machine: string,
  network: string,
  gone: RemoteEnd,
): Fault {
  return inMachine(provider, machine, {
    name: `the kernel of ${machine} still has ${gone.container} as being on ${gone.host}`,
    inject: inOverlay(
      network,
      `bridge fdb replace ${gone.mac} dev vxlan0 dst ${gone.host} self permanent
      ${restoreNeighbour(gone)}`,
    ),
    undo: inOverlay(
      network,
      `bridge fdb del ${gone.mac} dev vxlan0 dst ${gone.host} self
      ip neigh del ${gone.address} dev vxlan0`,
    ),
  });
}

/**
 * The machine's kernel no longer answers for a container when its own containers ask for its MAC address. Dead is what
 * does not know it yet. An engine on a key-value store hears of the first question, and puts the entry back; one in swarm
 * mode does not. A container that asked lately notices nothing until it asks again.
 */
export function forgetNeighbour(
  provider: MachineProvider,
  machine: string,
  network: string,
  end: RemoteEnd,
): Fault {
  return inMachine(provider, machine, {
    name: `the kernel of ${machine} has no neighbour ${end.address} for ${end.container}`,
    inject: inOverlay(network, `ip neigh del ${end.address} dev vxlan0`),
    undo: `${inOverlay(network, restoreNeighbour(end))}
      ${forgetLearntMacs}`,
  });
}

/**
 * The overlay's VXLAN device went down and came up again: a kernel then drops all neighbours of it, those that an engine
 * put there too. Its forwarding entries stay.
 */
export function flapOverlay(
  provider: MachineProvider,
  machine: string,
  network: string,
  ends: readonly RemoteEnd[],
): Fault {
  return inMachine(provider, machine, {
    name: `the overlay's VXLAN device of ${machine} went down and up, and has no neighbours since`,
    inject: inOverlay(network, 'ip link set vxlan0 down; ip link set vxlan0 up'),
    undo: `${inOverlay(network, ends.map(restoreNeighbour).join('\n'))}
      ${forgetLearntMacs}`,
  });
}

/**
 * The machine's kernel answers with a MAC address that is not the container's: one that nobody has, say. Dead is all that
 * is for it, and so is all that it needs an answer to. Containers that asked keep the wrong answer for as long as they
 * talk, also when the entry is right again.
 */
export function mistakeNeighbour(
  provider: MachineProvider,
  machine: string,
  network: string,
  end: RemoteEnd,
  wrongMac: string,
): Fault {
  return inMachine(provider, machine, {
    name: `the kernel of ${machine} says that ${end.container} has the MAC address ${wrongMac}`,
    inject: `${inOverlay(network, restoreNeighbour({ ...end, mac: wrongMac }))}
      ${forgetLearntMacs}`,
    undo: `${inOverlay(network, restoreNeighbour(end))}
      ${forgetLearntMacs}`,
  });
}

function restoreForwarding({ mac, host }: RemoteEnd): string {
  return `bridge fdb replace ${mac} dev vxlan0 dst ${host} self permanent`;
}

function restoreNeighbour({ address, mac }: RemoteEnd): string {
  return `ip neigh replace ${address} lladdr ${mac} dev vxlan0 nud permanent`;
}

/**
 * Takes what is left of a container that is gone out of these machines' kernels: an engine of Docker 20.10 that learnt of
 * it by asking does not.
 */
export async function forgetInKernels(
  {
    provider,
    network,
  }: { readonly provider: MachineProvider; readonly network: { readonly id: string } },
  machines: readonly string[],
  { mac, address }: Pick<RemoteEnd, 'mac' | 'address'>,
): Promise<void> {
  const forget = `bridge fdb del ${mac} dev vxlan0 self || true
    ip neigh del ${address} dev vxlan0 || true`;
  for (const machine of machines) {
    await provider.run(machine, ['sh', '-ec', inOverlay(network.id, forget)]);
  }
}
