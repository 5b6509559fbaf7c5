import type { MachineProvider } from '../../helpers/machine/machine.ts';
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
 * Two engines whose machines have one hostname, and that were started so. Their gossip tells members apart by it: when
 * they have met, that of both ends, and neither engine says so.
 */
export function duplicateMember(provider: MachineProvider, machine: string, taken: string): Fault {
  const hostname = duplicateHostname(provider, machine, taken);
  return {
    name: `the engine of ${machine} was started when it called itself ${taken}`,
    inject: async () => {
      const nameAgain = await hostname.inject();
      await restartEngine(provider, machine);
      return async () => {
        await nameAgain();
        await Promise.all([machine, taken].map((name) => restartEngine(provider, name)));
      };
    },
  };
}

async function restartEngine(provider: MachineProvider, machine: string): Promise<void> {
  await provider.run(machine, ['service', 'docker', 'restart']);
}

/** A firewall before a machine: packets to one of its TCP ports from one address vanish, and nobody is told. */
export function filterPort(
  provider: MachineProvider,
  machine: string,
  { port, from }: { readonly port: number; readonly from: string },
): Fault {
  // Before the engine's own rules, which lead a published port to its container.
  const rule = `PREROUTING -s ${from} -p tcp --dport ${port} -j DROP`;
  return inMachine(provider, machine, {
    name: `packets from ${from} to port ${port} of ${machine} vanish`,
    inject: `iptables -t raw -I ${rule}`,
    undo: `iptables -t raw -D ${rule}`,
  });
}

/** Nothing that comes from that address reaches the machine, and nothing goes there: for both the other one is dead. */
export function deafTo(provider: MachineProvider, machine: string, address: string): Fault {
  const rules = [`INPUT -s ${address} -j DROP`, `OUTPUT -d ${address} -j DROP`];
  return inMachine(provider, machine, {
    name: `${machine} and ${address} hear nothing of each other`,
    inject: rules.map((rule) => `iptables -I ${rule}`).join('\n'),
    undo: rules.map((rule) => `iptables -D ${rule}`).join('\n'),
  });
}

/** As a firewall does that answers: who comes from that address is told that nobody listens on that port. */
export function refuseConnections(
  provider: MachineProvider,
  machine: string,
  { from, port }: { readonly from: string; readonly port: number },
): Fault {
  const rule = `INPUT -s ${from} -p tcp --dport ${port} -j REJECT --reject-with tcp-reset`;
  return inMachine(provider, machine, {
    name: `${machine} refuses ${from} on port ${port}`,
    inject: `iptables -I ${rule}`,
    undo: `iptables -D ${rule}`,
  });
}
