import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { type Fault, inMachine } from './fault.ts';

/**
 * Drops gossip between two engines with a firewall rule: in one direction, over one transport or both. With one
 * transport blocked, the other replaces it for a while: members stay alive, but news about containers arrives late or
 * never. With both blocked, the engines mark each other as failed after a few seconds.
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
