import type { MachineProvider } from '../machine/machine.ts';
import { type Fault, inMachine } from './fault.ts';

/** Two machines with one hostname: members of a key-value cluster are told apart by it. */
export function duplicateHostname(
  provider: MachineProvider,
  machine: string,
  taken: string,
): Fault {
  return inMachine(provider, machine, {
    name: `${machine} calls itself ${taken}`,
    inject: `hostname ${taken}`,
    undo: `hostname ${machine}`,
  });
}

/**
 * What a path between two hosts does whose MTU is lower than theirs, and that tells nobody: large packets of the overlay
 * vanish, small ones pass.
 */
export function swallowLargePackets(
  provider: MachineProvider,
  machine: string,
  { longerThan }: { readonly longerThan: number },
): Fault {
  const rule = `INPUT -p udp --dport 4789 -m length --length ${longerThan + 1}:65535 -j DROP`;
  return inMachine(provider, machine, {
    name: `VXLAN packets longer than ${longerThan} bytes vanish before ${machine}`,
    inject: `iptables -I ${rule}`,
    undo: `iptables -D ${rule}`,
  });
}
