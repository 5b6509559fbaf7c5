import type { Container } from '../../helpers/docker/containers/container.ts';
import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { type Fault, inMachine } from './fault.ts';
import { flushLearnedMacs, inOverlay } from './in-namespaces.ts';

/** A container's endpoint on an overlay network, as the kernel of another host must know it. */
export interface RemoteEndpoint {
  readonly container: string;
  readonly mac: string;
  /** The endpoint's address on the overlay network. */
  readonly address: string;
  /** The address of the container's host. */
  readonly host: string;
}

/** An overlay network, by its ID, on one machine. */
export interface OverlayOn {
  readonly provider: MachineProvider;
  readonly machine: string;
  readonly network: string;
}

/**
 * Deletes the forwarding entry for a container from the VXLAN device. Names and the data of engines stay correct, and
 * no engine restores the entry (https://github.com/moby/moby/issues/52661). The kernel learns it again from an incoming
 * packet. Only the first packet from this host fails.
 */
export function deleteForwardingEntry(on: OverlayOn, endpoint: RemoteEndpoint): Fault {
  return inTables(on, {
    name: `the kernel of ${on.machine} has no forwarding entry for ${endpoint.container}`,
    inject: `bridge fdb del ${endpoint.mac} dev vxlan0 self`,
    undo: setForwardingEntry(endpoint),
  });
}

/**
 * Deletes both halves of the forwarding entry for a container, including the half that the bridge has learned. The
 * effect is the same: the first packet from this host fails.
 */
export function deleteWholeForwardingEntry(on: OverlayOn, endpoint: RemoteEndpoint): Fault {
  return inTables(on, {
    name: `the kernel of ${on.machine} has neither half of the forwarding entry for ${endpoint.container}`,
    inject: `bridge fdb del ${endpoint.mac} dev vxlan0 self
      bridge fdb del ${endpoint.mac} dev vxlan0 master 2>/dev/null || true`,
    undo: setForwardingEntry(endpoint),
  });
}

/**
 * Makes a machine forward traffic for a container to another host. Both directions fail: the kernel also drops packets
 * from the correct host, because a permanent entry has another location.
 */
export function misdirectForwarding(on: OverlayOn, endpoint: RemoteEndpoint, wrong: string): Fault {
  return inTables(on, {
    name: `the kernel of ${on.machine} forwards traffic for ${endpoint.container} on ${endpoint.host} to ${wrong}`,
    inject: setForwardingEntry({ ...endpoint, host: wrong }),
    undo: setForwardingEntry(endpoint),
  });
}

/**
 * Makes a machine forward traffic for a container to the correct host at an unused port. Linux used port 8472 before
 * VXLAN had an official port. This direction fails, and so do connections that need replies in it.
 */
export function misdirectPort(on: OverlayOn, endpoint: RemoteEndpoint): Fault {
  return inTables(on, {
    name: `the kernel of ${on.machine} forwards traffic for ${endpoint.container} to port 8472 of its host`,
    inject: setForwardingEntry({ ...endpoint, host: `${endpoint.host} port 8472` }),
    undo: setForwardingEntry(endpoint),
  });
}

/**
 * Adds a forwarding entry for a removed container, or for a container that has moved to this machine. `host` is its
 * former host. The entry has no effect until its address or its container is used on another host.
 */
export function addStaleForwardingEntry(on: OverlayOn, gone: RemoteEndpoint): Fault {
  return inTables(on, {
    name: `the kernel of ${on.machine} still has ${gone.container} on ${gone.host}`,
    inject: `${setForwardingEntry(gone)}
      ${setNeighborEntry(gone)}`,
    undo: `bridge fdb del ${gone.mac} dev vxlan0 dst ${gone.host} self
      ip neigh del ${gone.address} dev vxlan0`,
  });
}

/**
 * Deletes the neighbor entry of a container. The kernel no longer answers ARP requests for it, so containers that do
 * not know its MAC address yet cannot reach it. An engine on a key-value store is notified of the first request and
 * restores the entry; an engine in swarm mode does not. Containers with a cached MAC address are affected when it
 * expires.
 */
export function deleteNeighborEntry(on: OverlayOn, endpoint: RemoteEndpoint): Fault {
  return inTables(on, {
    name: `the kernel of ${on.machine} has no neighbor entry ${endpoint.address} for ${endpoint.container}`,
    inject: `ip neigh del ${endpoint.address} dev vxlan0`,
    undo: setNeighborEntry(endpoint),
    flushAfter: ['undo'],
  });
}

/**
 * Sets the VXLAN device of an overlay network down and up. The kernel then deletes all of its neighbor entries,
 * including permanent ones of an engine. Forwarding entries stay.
 */
export function flapVxlanDevice(on: OverlayOn, endpoints: readonly RemoteEndpoint[]): Fault {
  return inTables(on, {
    name: `the VXLAN device of ${on.machine} went down and up and has no neighbor entries`,
    inject: 'ip link set vxlan0 down; ip link set vxlan0 up',
    undo: endpoints.map(setNeighborEntry).join('\n'),
    flushAfter: ['undo'],
  });
}

/**
 * Sets a wrong MAC address in the neighbor entry of a container, such as an unused one. Traffic for the container is
 * lost, and so are replies to it. Containers that have learned the wrong address keep it while they use it, even after
 * the entry is corrected.
 */
export function setWrongNeighborEntry(
  on: OverlayOn,
  endpoint: RemoteEndpoint,
  wrongMac: string,
): Fault {
  return inTables(on, {
    name: `the neighbor entry of ${on.machine} for ${endpoint.container} has the MAC address ${wrongMac}`,
    inject: setNeighborEntry({ ...endpoint, mac: wrongMac }),
    undo: setNeighborEntry(endpoint),
    flushAfter: ['inject', 'undo'],
  });
}

/** Changes the kernel tables of an overlay network and restores them. */
function inTables(
  { provider, machine, network }: OverlayOn,
  {
    name,
    flushAfter = [],
    ...scripts
  }: Readonly<Record<'name' | 'inject' | 'undo', string>> & {
    /** The actions after which the machine's containers flush the MAC addresses that they have learned. */
    readonly flushAfter?: readonly ('inject' | 'undo')[];
  },
): Fault {
  const script = (which: 'inject' | 'undo') =>
    [
      inOverlay(network, scripts[which]),
      ...(flushAfter.includes(which) ? [flushLearnedMacs] : []),
    ].join('\n');
  return inMachine(provider, machine, { name, inject: script('inject'), undo: script('undo') });
}

function setForwardingEntry({ mac, host }: RemoteEndpoint): string {
  return `bridge fdb replace ${mac} dev vxlan0 dst ${host} self permanent`;
}

function setNeighborEntry({ address, mac }: RemoteEndpoint): string {
  return `ip neigh replace ${address} lladdr ${mac} dev vxlan0 nud permanent`;
}

/** The kernels that have an overlay network. */
export interface OverlayHosts {
  readonly provider: MachineProvider;
  readonly network: { readonly name: string; readonly id: string };
  /** The machines that have the overlay network, except the container's own machine. */
  readonly others: readonly [string, ...string[]];
}

/**
 * Removes a container and its entries in the kernels of other hosts. An engine of Docker 20.10 keeps an entry that it
 * learned from a query, and uses it for the next container with the same address.
 */
export async function removeWithEntries(container: Container, hosts: OverlayHosts): Promise<void> {
  const { networks } = await container.inspect();
  const { address, mac } = networks[hosts.network.name] ?? {};
  await container.remove();
  if (address === undefined || mac === undefined || address === '') return;
  await deleteFromKernels(hosts, hosts.others, { address, mac });
}

/** Deletes the entries of a removed container from the kernels of these machines. */
export async function deleteFromKernels(
  { provider, network }: Pick<OverlayHosts, 'provider' | 'network'>,
  machines: readonly string[],
  { mac, address }: Pick<RemoteEndpoint, 'mac' | 'address'>,
): Promise<void> {
  const forget = `bridge fdb del ${mac} dev vxlan0 self || true
    ip neigh del ${address} dev vxlan0 || true`;
  for (const machine of machines) {
    await provider.run(machine, ['sh', '-ec', inOverlay(network.id, forget)]);
  }
}
