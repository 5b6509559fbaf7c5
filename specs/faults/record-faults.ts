import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { type Fault, inMachine } from './fault.ts';
import { CONFIGURATION, reload } from './host-faults.ts';

/** The containers of one host on an overlay network of a swarm. */
export interface Announced {
  readonly provider: MachineProvider;
  readonly machine: string;
  readonly network: string;
  readonly containers: readonly string[];
}

/** Deletes the records of containers from the gossip. Their engine keeps the containers connected. */
export function deletedRecords({ provider, machine, network, containers }: Announced): Fault {
  const deletions = containers.flatMap((name) => [
    `endpoint=$(docker inspect --format '{{(index .NetworkSettings.Networks "${network}").EndpointID}}' ${name})`,
    ...['endpoint_table', 'overlay_peer_table'].map((table) =>
      ask('deleteentry', `tname=${table}`, 'key=$endpoint'),
    ),
  ]);
  return inMachine(provider, machine, {
    name: `the gossip has no records of ${containers.join(', ')} on ${machine}`,
    inject: withRecords(network, deletions),
    undo: restart(containers),
  });
}

/** An engine leaves a network in the gossip, and joins it again. It does not announce its containers again. */
export function rejoinedNetwork({ provider, machine, network, containers }: Announced): Fault {
  return inMachine(provider, machine, {
    name: `the engine of ${machine} has left ${network} in the gossip, and has returned`,
    inject: withRecords(network, [ask('leavenetwork'), ask('joinnetwork')]),
    undo: restart(containers),
  });
}

const PORT = 2999;

/** Returns a command that sends a request to the engine's diagnostic server, which answers OK or with an error. */
export function ask(request: string, ...parameters: readonly string[]): string {
  const query = ['nid=$network', ...parameters].join('&');
  return `curl -sS "http://127.0.0.1:${PORT}/${request}?${query}" | grep -q OK`;
}

/** Returns a script that runs commands while the engine's diagnostic server answers on the loopback interface. */
export function withRecords(network: string, commands: readonly string[]): string {
  return [
    `network=$(docker network inspect --format '{{.ID}}' ${network})`,
    `echo '{"network-diagnostic-port": ${PORT}}' >${CONFIGURATION}`,
    // Also if a command fails.
    `trap 'rm ${CONFIGURATION}; ${reload}' EXIT`,
    reload,
    `curl -sS --retry 100 --retry-delay 1 --retry-connrefused "http://127.0.0.1:${PORT}/ready" | grep -q OK`,
    ...commands,
  ].join('\n');
}

/** A container that starts again is announced again. Its interface has the same name, unlike after a new connection. */
function restart(containers: readonly string[]): string {
  return `docker restart --time 2 ${containers.join(' ')}`;
}
