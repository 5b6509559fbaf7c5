import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { type Fault, inMachine } from './fault.ts';

/**
 * A machine's firewall swallows the engines' gossip with one other: in one direction, by one transport or by both. By one
 * alone nobody notices for a while, as each stands in for the other: members stay alive, and what they tell each other of
 * containers comes late or never. By both, they give each other up after some seconds.
 */
export function blockGossip(
  provider: MachineProvider,
  machine: string,
  {
    peer,
    transports,
    direction,
  }: {
    readonly peer: string;
    readonly transports: readonly ('tcp' | 'udp')[];
    readonly direction: 'in' | 'out';
  },
): Fault {
  const side = direction === 'in' ? `INPUT -s ${peer}` : `OUTPUT -d ${peer}`;
  const rules = transports.map((transport) => `${side} -p ${transport} --dport 7946 -j DROP`);
  const way = direction === 'in' ? `from ${peer}` : `to ${peer}`;
  return inMachine(provider, machine, {
    name: `${machine} drops gossip ${way} by ${transports.join(' and ')}`,
    inject: rules.map((rule) => `iptables -I ${rule}`).join('\n'),
    undo: rules.map((rule) => `iptables -D ${rule}`).join('\n'),
  });
}
