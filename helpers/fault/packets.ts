import type { FaultMachine, FaultStep } from './fault.ts';

/** The steps that inject a part of a fault, and the steps that undo it. */
export interface Steps {
  readonly inject: readonly FaultStep[];
  readonly undo: readonly FaultStep[];
}

/** UDP port of VXLAN packets, and the port of the engines' gossip. */
const VXLAN_PORT = 4789;
const GOSSIP_PORT = 7946;

/** Matches of the packets that a firewall rule drops. */
export const packetsOf = {
  all: [''],
  gossip: [`-p udp --dport ${GOSSIP_PORT}`, `-p tcp --dport ${GOSSIP_PORT}`],
  vxlan: [`-p udp --dport ${VXLAN_PORT}`],
} as const;

/**
 * Drops packets of other machines in the receiver's firewall, before connection tracking: replies on open connections
 * are dropped as well, and nothing is remembered when the fault ends. This computer still reaches the machine.
 *
 * @param share the dropped part of the packets, above 0 and at most 1
 */
export function dropFrom(
  id: string,
  machine: FaultMachine,
  senders: readonly FaultMachine[],
  { packets = packetsOf.all, share = 1 }: { packets?: readonly string[]; share?: number } = {},
): Steps {
  const chain = `fault-${id}`;
  const part = share === 1 ? '' : ` -m statistic --mode random --probability ${share}`;
  const table = 'iptables -w -t raw';
  const rules = senders.flatMap(({ address }) =>
    packets.map((match) => `${table} -A ${chain} -s ${address} ${match}${part} -j DROP`),
  );
  return {
    inject: [
      run(machine, [`${table} -N ${chain}`, ...rules, `${table} -I PREROUTING -j ${chain}`]),
    ],
    // Each command fails if its part does not exist. The last one fails if something is left.
    undo: [
      run(machine, [
        `${table} -D PREROUTING -j ${chain} 2>/dev/null || :`,
        `${table} -F ${chain} 2>/dev/null || :`,
        `${table} -X ${chain} 2>/dev/null || :`,
        `! ${table} -S | grep -w -e ${chain}`,
      ]),
    ],
  };
}

/**
 * Gives packets to other machines a separate queue with netem. All other packets keep their queue. The interface leads to
 * the first receiver.
 *
 * @param netem netem's arguments: `delay 100ms 20ms`
 */
export function disturbTo(
  machine: FaultMachine,
  receivers: readonly FaultMachine[],
  netem: string,
): Steps {
  const [first] = receivers;
  if (first === undefined) return { inject: [], undo: [] };
  const link = `link=$(ip -o route get ${first.address} | sed 's/.* dev \\([^ ]*\\).*/\\1/')`;
  // Only packets of the filters are in the fourth band.
  const bands = '0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0';
  const filters = receivers.map(
    ({ address }) =>
      `tc filter add dev $link parent 47: protocol ip prio 1 u32 match ip dst ${address}/32 flowid 47:4`,
  );
  return {
    inject: [
      run(machine, [
        link,
        `tc qdisc add dev $link root handle 47: prio bands 4 priomap ${bands}`,
        `tc qdisc add dev $link parent 47:4 handle 470: netem ${netem}`,
        ...filters,
      ]),
    ],
    undo: [
      run(machine, [
        link,
        'if tc qdisc show dev $link | grep -q "qdisc prio 47: root"; then tc qdisc del dev $link root; fi',
      ]),
    ],
  };
}

/** Returns a step that runs commands on a machine, up to the first that fails. */
export function run({ name }: Pick<FaultMachine, 'name'>, commands: readonly string[]): FaultStep {
  return { do: 'run', machine: name, script: commands.join('\n') };
}
