import type { MachineProvider } from '../../helpers/machine/machine.ts';
import type { Engine } from '../../helpers/docker/engine.ts';
import { type PathTools, withTools } from './checksum-faults.ts';
import { type Fault, inMachine } from './fault.ts';
import { flushLearnedPathMtus, inContainer, inOverlay } from './in-namespaces.ts';

const VXLAN = '-p udp --dport 4789';

/** Returns a fault that inserts a rule at the start of the machine's firewall. */
function firewallRule(
  provider: MachineProvider,
  machine: string,
  name: string,
  { table = 'filter', rule }: { readonly table?: string; readonly rule: string },
): Fault {
  return inMachine(provider, machine, {
    name,
    inject: `iptables -t ${table} -I ${rule}`,
    undo: `iptables -t ${table} -D ${rule}`,
  });
}

/**
 * Drops VXLAN packets from one host in the receiver's firewall, or from all hosts if `from` is absent. The receiver's
 * own packets arrive, but it gets no replies. Everything that needs replies fails in both directions.
 */
export function blockTunnelIn(provider: MachineProvider, machine: string, from?: string): Fault {
  const source = from === undefined ? '' : ` -s ${from}`;
  return firewallRule(provider, machine, `${machine} drops packets to its port 4789`, {
    rule: `INPUT ${VXLAN}${source} -j DROP`,
  });
}

/** Rejects VXLAN packets. The sending host receives the ICMP error, but its kernel does not notify the containers. */
export function refuseTunnelIn(provider: MachineProvider, machine: string): Fault {
  return firewallRule(provider, machine, `${machine} rejects packets to its port 4789`, {
    rule: `INPUT ${VXLAN} -j REJECT`,
  });
}

/** Drops VXLAN packets in the receiver's firewall before connection tracking. */
export function blockTunnelEarly(provider: MachineProvider, machine: string): Fault {
  return firewallRule(
    provider,
    machine,
    `${machine} drops packets to its port 4789 before connection tracking`,
    {
      table: 'raw',
      rule: `PREROUTING ${VXLAN} -j DROP`,
    },
  );
}

/** Drops VXLAN packets to one host in the sender's own firewall. No packet leaves the sender. */
export function blockTunnelOut(provider: MachineProvider, machine: string, to: string): Fault {
  return firewallRule(provider, machine, `${machine} drops packets to port 4789 of ${to}`, {
    rule: `OUTPUT ${VXLAN} -d ${to} -j DROP`,
  });
}

/**
 * Drops three of ten VXLAN packets at random in the receiver's firewall. The rule needs `nft`, which comes from an
 * image because machines do not have it.
 */
export function loseTunnelIn(tools: PathTools, receiver: Engine): Fault {
  const table = 'inet overlay-e2e-loss';
  return {
    name: `${receiver.machine.name} drops three of ten packets to its port 4789`,
    inject: async () =>
      await withTools(tools, [receiver], async (run) => {
        const rules = [
          `add table ${table}`,
          `add chain ${table} lossy { type filter hook prerouting priority -400; }`,
          `add rule ${table} lossy udp dport 4789 numgen random mod 10 < 3 counter drop`,
        ];
        await run(receiver, ['nft', rules.join('; ')]);
        return async () => await run(receiver, ['nft', `delete table ${table}`]);
      }),
  };
}

/** Drops every fourth VXLAN packet to one host in the sender's firewall. */
export function loseTunnelOut(provider: MachineProvider, machine: string, to: string): Fault {
  const every = '-m statistic --mode nth --every 4 --packet 0';
  return firewallRule(provider, machine, `${machine} drops a quarter of its packets to ${to}`, {
    rule: `OUTPUT ${VXLAN} -d ${to} ${every} -j DROP`,
  });
}

/** Drops a fifth of all packets from one host in the receiver's firewall. */
export function loseAllFrom(provider: MachineProvider, machine: string, from: string): Fault {
  return firewallRule(provider, machine, `${machine} drops a fifth of the packets from ${from}`, {
    table: 'raw',
    rule: `PREROUTING -s ${from} -m statistic --mode random --probability 0.2 -j DROP`,
  });
}

/**
 * Drops long VXLAN packets to a machine without an ICMP error, like a path with a smaller MTU than its hosts. Short
 * packets pass. TCP connects and hangs at the first long segment.
 */
export function dropLargePackets(
  provider: MachineProvider,
  machine: string,
  { longerThan }: { readonly longerThan: number },
): Fault {
  return firewallRule(
    provider,
    machine,
    `VXLAN packets longer than ${longerThan} bytes to ${machine} are dropped`,
    { rule: `INPUT ${VXLAN} -m length --length ${longerThan + 1}:65535 -j DROP` },
  );
}

/**
 * Sets the MTU of a machine's link to `mtu` while the overlay network keeps its own MTU. Long packets to the machine
 * are lost. The machine's own containers receive ICMP errors and remember the smaller path MTU.
 */
export function lowerLinkMtu(
  provider: MachineProvider,
  machine: string,
  { link, mtu, usual }: Readonly<Record<'mtu' | 'usual', number>> & { readonly link: string },
): Fault {
  return inMachine(provider, machine, {
    name: `${link} of ${machine} has an MTU of ${mtu}, and the overlay network 1450`,
    inject: `ip link set ${link} mtu ${mtu}`,
    undo: `ip link set ${link} mtu ${usual}
      ${flushLearnedPathMtus}`,
  });
}

/** Sets the MTU of the VXLAN device below that of the containers. Their long packets to other hosts are lost. */
export function lowerOverlayMtu(
  provider: MachineProvider,
  machine: string,
  network: string,
  { mtu, usual }: Readonly<Record<'mtu' | 'usual', number>>,
): Fault {
  return inMachine(provider, machine, {
    name: `the VXLAN device of ${machine} has an MTU of ${mtu}, and containers ${usual}`,
    inject: inOverlay(network, `ip link set vxlan0 mtu ${mtu}`),
    undo: `${inOverlay(network, `ip link set vxlan0 mtu ${usual}`)}
      ${flushLearnedPathMtus}`,
  });
}

/** Sets the MTU of a container above that of its overlay network. Its bridge drops long packets without an error. */
export function raiseContainerMtu(
  provider: MachineProvider,
  machine: string,
  {
    container,
    mtu,
    usual,
  }: Readonly<Record<'mtu' | 'usual', number>> & { readonly container: string },
): Fault {
  return inMachine(provider, machine, {
    name: `eth0 of ${container} has an MTU of ${mtu}, and its overlay network ${usual}`,
    inject: inContainer(container, `ip link set eth0 mtu ${mtu}`),
    undo: inContainer(container, `ip link set eth0 mtu ${usual}; ip route flush cache`),
  });
}

/** A second address of a machine, from which it sends to another host. */
export interface OtherSource {
  readonly link: string;
  readonly address: string;
  readonly peer: string;
}

/**
 * Makes a machine send packets to another host from a second address. The other host drops the VXLAN packets: for its
 * kernel, the containers are behind the first address.
 */
export function sendFromSecondAddress(
  provider: MachineProvider,
  machine: string,
  { link, address, peer }: OtherSource,
): Fault {
  return inMachine(provider, machine, {
    name: `${machine} sends from its second address ${address} to ${peer}`,
    inject: `ip addr add ${address}/32 dev ${link}
      ip route add ${peer}/32 dev ${link} src ${address}`,
    undo: `ip route del ${peer}/32 dev ${link}
      ip addr del ${address}/32 dev ${link}`,
  });
}

/**
 * Rewrites the source address of VXLAN packets in the machine's firewall, like a masquerading rule that matches too
 * much. A tracked connection keeps its source address until 30 s after its last packet. A separate conntrack zone makes
 * all packets start new connections.
 */
export function rewriteTunnelSource(
  provider: MachineProvider,
  machine: string,
  { link, address, peer }: OtherSource,
): Fault {
  const zone = `OUTPUT ${VXLAN} -d ${peer} -j CT --zone 47`;
  const source = `POSTROUTING ${VXLAN} -d ${peer} -j SNAT --to-source ${address}`;
  return inMachine(provider, machine, {
    name: `${machine} rewrites the source address of its VXLAN packets to ${address}`,
    inject: `ip addr add ${address}/32 dev ${link}
      iptables -t nat -I ${source}
      iptables -t raw -I ${zone}`,
    undo: `iptables -t raw -D ${zone}
      iptables -t nat -D ${source}
      ip addr del ${address}/32 dev ${link}`,
  });
}
