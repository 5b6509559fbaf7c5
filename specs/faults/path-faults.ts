import type { MachineProvider } from '../../helpers/machine/machine.ts';
import type { Engine } from '../../helpers/docker/engine.ts';
import { type ChecksumGround, withTools } from './checksum-faults.ts';
import { type Fault, inMachine } from './fault.ts';
import { forgetLearntSizes, inContainer, inOverlay } from './in-namespaces.ts';

const VXLAN = '-p udp --dport 4789';

/** A rule of the machine's firewall, before all others. */
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
 * The receiver's firewall swallows what comes through the tunnel from one host (from all when `from` is absent). What it
 * sends itself arrives, but no answer comes back: of what needs answers, all is dead in both directions.
 */
export function blockTunnelIn(provider: MachineProvider, machine: string, from?: string): Fault {
  const source = from === undefined ? '' : ` -s ${from}`;
  return firewallRule(provider, machine, `${machine} drops what comes to its port 4789`, {
    rule: `INPUT ${VXLAN}${source} -j DROP`,
  });
}

/** The same, and the sender is told; no kernel lets its containers know. */
export function refuseTunnelIn(provider: MachineProvider, machine: string): Fault {
  return firewallRule(provider, machine, `${machine} refuses what comes to its port 4789`, {
    rule: `INPUT ${VXLAN} -j REJECT`,
  });
}

/** What the receiver's firewall swallows before it looks at connections. */
export function blockTunnelEarly(provider: MachineProvider, machine: string): Fault {
  return firewallRule(provider, machine, `${machine} drops early what comes to its port 4789`, {
    table: 'raw',
    rule: `PREROUTING ${VXLAN} -j DROP`,
  });
}

/** The sender's own firewall swallows what its tunnel sends to one host: nothing of it ever leaves. */
export function blockTunnelOut(provider: MachineProvider, machine: string, to: string): Fault {
  return firewallRule(provider, machine, `${machine} drops what it sends to port 4789 of ${to}`, {
    rule: `OUTPUT ${VXLAN} -d ${to} -j DROP`,
  });
}

/**
 * The receiver's firewall drops three of ten VXLAN packets, chosen at random: a rule of nftables, which machines have no
 * program for, so an image brings it.
 */
export function loseTunnelIn(ground: ChecksumGround, receiver: Engine): Fault {
  const table = 'inet overlay-e2e-loss';
  return {
    name: `${receiver.machine.name} loses three of ten packets that come to its port 4789`,
    inject: async () =>
      await withTools(ground, [receiver], async (run) => {
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

/** The sender's firewall drops every fourth packet of its tunnel to one host. */
export function loseTunnelOut(provider: MachineProvider, machine: string, to: string): Fault {
  const every = '-m statistic --mode nth --every 4 --packet 0';
  return firewallRule(provider, machine, `${machine} loses a quarter of its packets to ${to}`, {
    rule: `OUTPUT ${VXLAN} -d ${to} ${every} -j DROP`,
  });
}

/** The receiver's firewall drops a fifth of everything that one host sends, whatever it is. */
export function loseAllFrom(provider: MachineProvider, machine: string, from: string): Fault {
  return firewallRule(provider, machine, `${machine} loses a fifth of the packets from ${from}`, {
    table: 'raw',
    rule: `PREROUTING -s ${from} -m statistic --mode random --probability 0.2 -j DROP`,
  });
}

/**
 * What a path between two hosts does whose MTU is lower than theirs, and that tells nobody: large packets of the overlay
 * vanish on their way to the machine, small ones pass. TCP connects, and hangs with the first long segment.
 */
export function swallowLargePackets(
  provider: MachineProvider,
  machine: string,
  { longerThan }: { readonly longerThan: number },
): Fault {
  return firewallRule(
    provider,
    machine,
    `VXLAN packets longer than ${longerThan} bytes vanish before ${machine}`,
    { rule: `INPUT ${VXLAN} -m length --length ${longerThan + 1}:65535 -j DROP` },
  );
}

/**
 * The machine's link takes packets of `mtu` bytes only, while the overlay above it goes on with its own MTU. Long ones to
 * the machine vanish. What the machine's own containers send is told them to be too long, and they remember.
 */
export function lowerLinkMtu(
  provider: MachineProvider,
  machine: string,
  { link, mtu, usual }: Readonly<Record<'mtu' | 'usual', number>> & { readonly link: string },
): Fault {
  return inMachine(provider, machine, {
    name: `${link} of ${machine} has an MTU of ${mtu}, and the overlay above it 1450`,
    inject: `ip link set ${link} mtu ${mtu}`,
    undo: `ip link set ${link} mtu ${usual}
      ${forgetLearntSizes}`,
  });
}

/** The overlay's own VXLAN device takes less than its containers send: their long packets to other hosts vanish. */
export function lowerOverlayMtu(
  provider: MachineProvider,
  machine: string,
  network: string,
  { mtu, usual }: Readonly<Record<'mtu' | 'usual', number>>,
): Fault {
  return inMachine(provider, machine, {
    name: `the overlay's VXLAN device of ${machine} has an MTU of ${mtu}, and containers ${usual}`,
    inject: inOverlay(network, `ip link set vxlan0 mtu ${mtu}`),
    undo: `${inOverlay(network, `ip link set vxlan0 mtu ${usual}`)}
      ${forgetLearntSizes}`,
  });
}

/** A container sends longer packets than the overlay takes: those vanish at its own bridge, and nobody tells it. */
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
    name: `eth0 of ${container} has an MTU of ${mtu}, and its overlay ${usual}`,
    inject: inContainer(container, `ip link set eth0 mtu ${mtu}`),
    undo: inContainer(container, `ip link set eth0 mtu ${usual}; ip route flush cache`),
  });
}

/** An address that the machine has besides its own, and sends from to another host. */
export interface OtherSource {
  readonly link: string;
  readonly address: string;
  readonly peer: string;
}

/**
 * The machine's packets to another host leave with a second address of its own. What they carry never comes out of the
 * tunnel there: the other kernel has the containers as being at the first address, and drops what comes from elsewhere.
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
 * The machine's firewall gives the tunnel's packets another source, as a masquerading rule does that is too wide. What is
 * known as one connection keeps its source for 30 s after its last packet: a zone of connections of their own has all
 * packets be new ones.
 */
export function rewriteTunnelSource(
  provider: MachineProvider,
  machine: string,
  { link, address, peer }: OtherSource,
): Fault {
  const zone = `OUTPUT ${VXLAN} -d ${peer} -j CT --zone 47`;
  const source = `POSTROUTING ${VXLAN} -d ${peer} -j SNAT --to-source ${address}`;
  return inMachine(provider, machine, {
    name: `${machine} rewrites the source of its tunnel's packets to ${address}`,
    inject: `ip addr add ${address}/32 dev ${link}
      iptables -t nat -I ${source}
      iptables -t raw -I ${zone}`,
    undo: `iptables -t raw -D ${zone}
      iptables -t nat -D ${source}
      ip addr del ${address}/32 dev ${link}`,
  });
}
