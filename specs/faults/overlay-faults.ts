import type { Container } from '../../helpers/docker/containers/container.ts';
import type { MachineProvider } from '../../helpers/machine/machine.ts';
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

/** An overlay, by its id, in the kernel of one machine. */
export interface OverlayOn {
  readonly provider: MachineProvider;
  readonly machine: string;
  readonly network: string;
}

/**
 * The machine's kernel forgets on which host a container is. Names and everything that engines say stay right, and no
 * engine repairs it (https://github.com/moby/moby/issues/52661). A packet that comes from there teaches it to the kernel
 * again: what is dead is the first word from this side.
 */
export function forgetForwarding(on: OverlayOn, end: RemoteEnd): Fault {
  return inTables(on, {
    name: `the kernel of ${on.machine} has forgotten on which host ${end.container} is`,
    inject: `bridge fdb del ${end.mac} dev vxlan0 self`,
    undo: restoreForwarding(end),
  });
}

/**
 * Nothing at all is left of a container in the forwarding table, where the half that the bridge has learnt stays
 * otherwise. What is dead is the same: the first word from this side.
 */
export function forgetForwardingWholly(on: OverlayOn, end: RemoteEnd): Fault {
  return inTables(on, {
    name: `the kernel of ${on.machine} has nothing of ${end.container} in its forwarding table`,
    inject: `bridge fdb del ${end.mac} dev vxlan0 self
      bridge fdb del ${end.mac} dev vxlan0 master 2>/dev/null || true`,
    undo: restoreForwarding(end),
  });
}

/**
 * The machine's kernel sends what is for a container to another host. Dead in both directions: what comes from the
 * right host is dropped too, as a permanent entry says that the container is elsewhere.
 */
export function misdirectForwarding(on: OverlayOn, end: RemoteEnd, wrong: string): Fault {
  return inTables(on, {
    name: `the kernel of ${on.machine} sends to ${wrong} what is for ${end.container} on ${end.host}`,
    inject: restoreForwarding({ ...end, host: wrong }),
    undo: restoreForwarding(end),
  });
}

/**
 * What is for a container goes to the right host, at a port where nobody listens: 8472 is what the kernel took before
 * VXLAN had a number of its own. Dead in this direction alone; what answers there would need is dead with it.
 */
export function misdirectPort(on: OverlayOn, end: RemoteEnd): Fault {
  return inTables(on, {
    name: `the kernel of ${on.machine} sends what is for ${end.container} to port 8472 of its host`,
    inject: restoreForwarding({ ...end, host: `${end.host} port 8472` }),
    undo: restoreForwarding(end),
  });
}

/**
 * The machine's kernel still has a container that is gone, or that is on this very machine by now: `host` says where it
 * was. Nobody notices until the address, or the container, is somewhere else than the entry says.
 */
export function leaveForwarding(on: OverlayOn, gone: RemoteEnd): Fault {
  return inTables(on, {
    name: `the kernel of ${on.machine} still has ${gone.container} as being on ${gone.host}`,
    inject: `${restoreForwarding(gone)}
      ${restoreNeighbour(gone)}`,
    undo: `bridge fdb del ${gone.mac} dev vxlan0 dst ${gone.host} self
      ip neigh del ${gone.address} dev vxlan0`,
  });
}

/**
 * The machine's kernel no longer answers for a container when its own containers ask for its MAC address. Dead is what
 * does not know it yet. An engine on a key-value store hears of the first question, and puts the entry back; one in swarm
 * mode does not. A container that asked lately notices nothing until it asks again.
 */
export function forgetNeighbour(on: OverlayOn, end: RemoteEnd): Fault {
  return inTables(on, {
    name: `the kernel of ${on.machine} has no neighbour ${end.address} for ${end.container}`,
    inject: `ip neigh del ${end.address} dev vxlan0`,
    undo: restoreNeighbour(end),
    forgetting: ['undo'],
  });
}

/**
 * The overlay's VXLAN device went down and came up again: a kernel then drops all neighbours of it, those that an engine
 * put there too. Its forwarding entries stay.
 */
export function flapOverlay(on: OverlayOn, ends: readonly RemoteEnd[]): Fault {
  return inTables(on, {
    name: `the overlay's VXLAN device of ${on.machine} went down and up, and has no neighbours since`,
    inject: 'ip link set vxlan0 down; ip link set vxlan0 up',
    undo: ends.map(restoreNeighbour).join('\n'),
    forgetting: ['undo'],
  });
}

/**
 * The machine's kernel answers with a MAC address that is not the container's: one that nobody has, say. Dead is all that
 * is for it, and so is all that it needs an answer to. Containers that asked keep the wrong answer for as long as they
 * talk, also when the entry is right again.
 */
export function mistakeNeighbour(on: OverlayOn, end: RemoteEnd, wrongMac: string): Fault {
  return inTables(on, {
    name: `the kernel of ${on.machine} says that ${end.container} has the MAC address ${wrongMac}`,
    inject: restoreNeighbour({ ...end, mac: wrongMac }),
    undo: restoreNeighbour(end),
    forgetting: ['inject', 'undo'],
  });
}

/** Changes what that kernel has of the overlay, and puts it right again. */
function inTables(
  { provider, machine, network }: OverlayOn,
  {
    name,
    forgetting = [],
    ...scripts
  }: Readonly<Record<'name' | 'inject' | 'undo', string>> & {
    /** After which of both the machine's containers forget what they were told of MAC addresses. */
    readonly forgetting?: readonly ('inject' | 'undo')[];
  },
): Fault {
  const script = (which: 'inject' | 'undo') =>
    [
      inOverlay(network, scripts[which]),
      ...(forgetting.includes(which) ? [forgetLearntMacs] : []),
    ].join('\n');
  return inMachine(provider, machine, { name, inject: script('inject'), undo: script('undo') });
}

function restoreForwarding({ mac, host }: RemoteEnd): string {
  return `bridge fdb replace ${mac} dev vxlan0 dst ${host} self permanent`;
}

function restoreNeighbour({ address, mac }: RemoteEnd): string {
  return `ip neigh replace ${address} lladdr ${mac} dev vxlan0 nud permanent`;
}

/** The kernels that have an overlay. */
export interface OverlayGround {
  readonly provider: MachineProvider;
  readonly network: { readonly name: string; readonly id: string };
  /** The machines that have the overlay, besides the one of the container that it is about. */
  readonly others: readonly [string, ...string[]];
}

/**
 * Removes a container, and takes what is left of it out of the others' kernels: an engine of Docker 20.10 that learnt of
 * it by asking does not, and sends there what is for the next one with its address.
 */
export async function removeForGood(container: Container, ground: OverlayGround): Promise<void> {
  const { networks } = await container.inspect();
  const { address, mac } = networks[ground.network.name] ?? {};
  await container.remove();
  if (address === undefined || mac === undefined || address === '') return;
  await forgetInKernels(ground, ground.others, { address, mac });
}

/** Takes what is left of a container that is gone out of these machines' kernels. */
export async function forgetInKernels(
  { provider, network }: Pick<OverlayGround, 'provider' | 'network'>,
  machines: readonly string[],
  { mac, address }: Pick<RemoteEnd, 'mac' | 'address'>,
): Promise<void> {
  const forget = `bridge fdb del ${mac} dev vxlan0 self || true
    ip neigh del ${address} dev vxlan0 || true`;
  for (const machine of machines) {
    await provider.run(machine, ['sh', '-ec', inOverlay(network.id, forget)]);
  }
}
