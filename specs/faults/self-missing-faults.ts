import type { Container } from '../../helpers/docker/containers/container.ts';
import type { Machine, MachineProvider } from '../../helpers/machine/machine.ts';
import type { Fault } from './fault.ts';
import { ask, withRecords } from './record-faults.ts';

/** An engine of a swarm with a container that starts again with it. */
interface SwarmEngine {
  readonly provider: MachineProvider;
  readonly machine: Pick<Machine, 'name' | 'address'>;
  readonly container: string;
  readonly network: string;
}

/** Records the gossip that a machine sends to another one, and sends all of it again when it gets the signal USR1. */
const recorder = `use Socket; my $peer = inet_aton(shift); my @sent; $SIG{USR1} = sub {};
# All packets that leave or enter the machine, from their IP header on.
socket(my $tap, 17, 2, unpack("S", pack("n", 3))) or die $!;
while (defined recv($tap, my $packet, 65535, 0)) {
  my $head = 4 * (ord($packet) & 15);
  next unless substr($packet, 9, 1) eq "\\x11" and substr($packet, 16, 4) eq $peer;
  push @sent, substr($packet, $head + 8) if unpack("n", substr($packet, $head + 2, 2)) == 7946;
}
socket(my $udp, PF_INET, SOCK_DGRAM, 0) or die $!;
send($udp, $_, 0, sockaddr_in(7946, $peer)) for @sent;`;

/**
 * An engine receives gossip about itself as it was before it started again: a peer repeats all that it has sent since the
 * start before. The engine takes its former name for the newer one, and itself for gone. Until it starts again, it ignores
 * records: it does not know containers that start on other hosts (https://github.com/moby/moby/pull/53688).
 */
export function repeatedGossip(
  engine: SwarmEngine,
  {
    peer,
    runElsewhere,
  }: {
    /** The machine that repeats its gossip. */
    readonly peer: string;
    /** Starts a container that the engine then does not know. */
    readonly runElsewhere: () => Promise<Container>;
  },
): Fault {
  const { provider, machine } = engine;
  return {
    name: `${machine.name} receives gossip of ${peer} about its former name`,
    inject: async () => {
      const options = `${machine.address} </dev/null >/dev/null 2>&1 & echo $! >/run/recorder.pid`;
      await run(provider, peer, `setsid perl -e '${recorder}' ${options}`);
      // The gossip of the first start is about the former name after the second.
      await restart(engine);
      await restart(engine);
      await run(provider, peer, 'kill -USR1 $(cat /run/recorder.pid); rm /run/recorder.pid');
      await run(provider, machine.name, until(`! ${isPeer(engine)}`, 60));
      const unknown = await runElsewhere();
      return async () => {
        await unknown.remove();
        await restart(engine);
      };
    },
  };
}

/**
 * An engine leaves a network in the gossip and keeps its containers there. It drops the records of the others, which drop its
 * records, and ignores new ones. It joins the network again when it starts again.
 */
export function leftNetwork(engine: SwarmEngine): Fault {
  const { provider, machine, network } = engine;
  return {
    name: `the engine of ${machine.name} has left ${network} in the gossip`,
    inject: async () => {
      await run(provider, machine.name, withRecords(network, [ask('leavenetwork')]));
      return async () => await restart(engine);
    },
  };
}

/** Restarts the engine, and returns when its container runs and its gossip has joined the network. */
async function restart(engine: SwarmEngine): Promise<void> {
  const { provider, machine, container } = engine;
  // The start of the container ends with an error if the managers do not know the engine again soon enough.
  const joined = until(`docker start ${container} && ${isPeer(engine)}`, 15);
  // Gossip about a former name can meet this start, too.
  const attempt = `service docker restart; if (${joined}); then exit 0; fi`;
  await run(provider, machine.name, `for attempt in 1 2 3; do ${attempt}; done; exit 1`);
}

/** Returns a command that succeeds if the gossip of an engine lists the engine itself. */
function isPeer({ network, machine }: SwarmEngine): string {
  return `docker network inspect --format '{{range .Peers}}{{.IP}};{{end}}' ${network} | grep -qF '${machine.address};'`;
}

/** Returns a script that tries a command for some seconds, and fails if it does not succeed. */
function until(command: string, seconds: number): string {
  return `tries=${seconds * 10}; until ${command}; do tries=$((tries - 1)); [ $tries -gt 0 ] || exit 1; sleep 0.1; done`;
}

async function run(provider: MachineProvider, machine: string, script: string): Promise<void> {
  await provider.run(machine, ['sh', '-ec', script], { title: `${machine}: ${script}` });
}
