import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { type Fault, inMachine } from './fault.ts';

const SAVED = '/run/rules-before';

/** Another firewall deletes all iptables rules of some tables, as a reload does. */
export function flushedRules(
  provider: MachineProvider,
  machine: string,
  { name, flush }: { readonly name: string; readonly flush: string },
): Fault {
  return inMachine(provider, machine, {
    name: `${machine}: ${name}`,
    inject: `iptables-save >${SAVED}; ${flush}`,
    undo: `iptables-restore <${SAVED}; rm ${SAVED}`,
  });
}

/** Copies the rules of iptables to the other backend, as a change of the system's default leaves them. */
export function copiedRules(
  provider: MachineProvider,
  machine: string,
  keep: (rules: string) => string,
): Fault {
  return inMachine(provider, machine, {
    name: `${machine} has rules of its engine in iptables-legacy, too`,
    inject: `iptables-save | ${keep('cat')} | iptables-legacy-restore`,
    undo: [
      'iptables-legacy -P FORWARD ACCEPT',
      ...['filter', 'nat'].map(
        (table) => `iptables-legacy -t ${table} -F; iptables-legacy -t ${table} -X`,
      ),
    ].join('\n'),
  });
}

/** Changes a setting of the kernel. */
export function changedSetting(
  provider: MachineProvider,
  machine: string,
  { inject, undo }: { readonly inject: string; readonly undo: string },
): Fault {
  return inMachine(provider, machine, { name: `${machine}: ${inject}`, inject, undo });
}

/**
 * Sends a packet to each of many addresses and ports of the machine itself, and again after a pause in seconds, before their
 * entries expire.
 */
const sender = (connections: number, pause: number) =>
  `socket(S,2,2,17); while (1) { for my $i (0..${connections - 1}) {
send(S, "", 0, pack("S n C4 x8", 2, 1024 + $i % 60000, 127, 1, 1, 1 + int($i / 60000))) } select(undef, undef, undef, ${pause}) }`;

/** A program keeps the table of tracked connections full: more than the usual room of the kernel, if nothing else is said. */
export function fullConnectionTable(
  provider: MachineProvider,
  machine: string,
  { connections, pause } = { connections: 300_000, pause: 8 },
): Fault {
  const folder = '/proc/sys/net/netfilter';
  return inMachine(provider, machine, {
    name: `a program on ${machine} sends packets to many addresses`,
    inject: `setsid perl -e '${sender(connections, pause)}' </dev/null >/dev/null 2>&1 & echo $! >/run/sender.pid
      tries=0
      # The kernel forgets some entries as soon as 95 % are in use.
      until [ $(($(cat ${folder}/nf_conntrack_count) * 100)) -ge $(($(cat ${folder}/nf_conntrack_max) * 97)) ]; do
        tries=$((tries + 1)); [ $tries -lt 300 ]; sleep 0.1
      done`,
    undo: `kill $(cat /run/sender.pid); rm /run/sender.pid
      tries=0
      until [ $(cat ${folder}/nf_conntrack_count) -lt 10000 ]; do
        tries=$((tries + 1)); [ $tries -lt 600 ]; sleep 0.1
      done`,
  });
}

export const CONFIGURATION = '/etc/docker/daemon.json';

/** Makes the engine read its configuration file again. */
export const reload = 'kill -HUP $(cat /var/run/docker.pid)';

/** Returns a command that ends when the engine has reloaded the setting. */
function waitForSetting(value: boolean): string {
  return `until docker info --format '{{.LiveRestoreEnabled}}' | grep -qx ${value}; do sleep 0.1; done`;
}

/** The engine's configuration file sets live-restore; with a reload, the engine uses it. */
export function liveRestore(
  provider: MachineProvider,
  machine: string,
  isReloaded: boolean,
): Fault {
  const write = (value: boolean) => `echo '{"live-restore":${value}}' >${CONFIGURATION}`;
  return inMachine(provider, machine, {
    name: `${machine}: live-restore in ${CONFIGURATION}`,
    inject: isReloaded ? `${write(true)}; ${reload}; ${waitForSetting(true)}` : write(true),
    // Without the setting, a reload changes nothing.
    undo: `${write(false)}; ${reload}; ${waitForSetting(false)}; rm ${CONFIGURATION}`,
  });
}
