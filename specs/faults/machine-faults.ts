import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { type Fault, inMachine } from './fault.ts';

/** Gives two machines the same hostname. A key-value cluster distinguishes members by hostname. */
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
 * Starts an engine on a machine that has the hostname of another. Gossip distinguishes members by hostname. After the
 * two engines have connected, gossip with both fails, and neither engine reports it.
 */
export function duplicateMember(provider: MachineProvider, machine: string, taken: string): Fault {
  const hostname = duplicateHostname(provider, machine, taken);
  return {
    name: `the engine of ${machine} was started with the hostname ${taken}`,
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

/** Drops packets from one address to a TCP port of a machine, without a reply. */
export function filterPort(
  provider: MachineProvider,
  machine: string,
  { port, from }: { readonly port: number; readonly from: string },
): Fault {
  // Before the engine's own rules, which forward a published port to its container.
  const rule = `PREROUTING -s ${from} -p tcp --dport ${port} -j DROP`;
  return inMachine(provider, machine, {
    name: `packets from ${from} to port ${port} of ${machine} are dropped`,
    inject: `iptables -t raw -I ${rule}`,
    undo: `iptables -t raw -D ${rule}`,
  });
}

/** Drops all packets between a machine and an address. Each treats the other as failed. */
export function isolateFrom(provider: MachineProvider, machine: string, address: string): Fault {
  const rules = [`INPUT -s ${address} -j DROP`, `OUTPUT -d ${address} -j DROP`];
  return inMachine(provider, machine, {
    name: `${machine} and ${address} cannot reach each other`,
    inject: rules.map((rule) => `iptables -I ${rule}`).join('\n'),
    undo: rules.map((rule) => `iptables -D ${rule}`).join('\n'),
  });
}

/** Rejects connections from an address to a port with a TCP reset, as if nothing listened there. */
export function refuseConnections(
  provider: MachineProvider,
  machine: string,
  { from, port }: { readonly from: string; readonly port: number },
): Fault {
  const rule = `INPUT -s ${from} -p tcp --dport ${port} -j REJECT --reject-with tcp-reset`;
  return inMachine(provider, machine, {
    name: `${machine} rejects connections from ${from} to port ${port}`,
    inject: `iptables -I ${rule}`,
    undo: `iptables -D ${rule}`,
  });
}
