import type { Command } from 'commander';
import { describeCommand } from '../describe.ts';
import { toPositive } from './argument-parsers.ts';
import { addTargetOptions } from './target-options.ts';

export function addTrace(program: Command): void {
  const command = addTargetOptions(
    program
      .command('trace')
      .summary('follow one packet from hop to hop')
      .description(
        'Sends one real packet from a container to a container, service, address or port, and shows it and its reply at every hop: the namespace, the device, the table entry that decides, and the changes. It ends where the packet ends.',
      )
      .argument('<from>', 'the sender: a container, a service, a host; or only HOST:PORT')
      .argument('[to]', 'the receiver: a container, a service, an address or a host; with :PORT')
      .argument('[in...]', 'the cluster, as for check: names of machines, or a file'),
  )
    .option('--udp', 'send a UDP datagram to the port; the default is a TCP connection')
    .option('--network <name>', 'the overlay network, if the containers share several')
    .option('--limit <seconds>', 'time limit of the whole trace (default: 60)', toPositive)
    .option('--json', 'print one JSON document on standard output; progress goes to standard error')
    .option('--svg <file>', 'write a picture of the trace')
    .action(async (from: string, to: string | undefined, target: string[], _o, self: Command) => {
      const { runTrace } = await import('../trace.ts');
      process.exitCode = await runTrace({ from, to, target }, self.optsWithGlobals());
      // A host's name that is being looked up cannot be given up.
      setTimeout(() => process.exit(), 3000).unref();
    });
  describeCommand(command, {
    examples: [
      { command: 'overlay-e2e trace tomcat-app mysqlserver', does: 'an ICMP echo' },
      {
        command: 'overlay-e2e trace tomcat-app mysqlserver:3306',
        does: 'a TCP connection, which is closed immediately',
      },
      {
        command: 'overlay-e2e trace web db:5432 --engine ssh://me@10.0.0.1',
        does: 'to the service db of your swarm: its virtual address and the chosen task',
      },
      {
        command: 'overlay-e2e trace worker-host:8080',
        does: 'from here to a published port',
      },
      {
        command: 'overlay-e2e trace master-host worker-host:8080',
        does: 'from a node to a published port of another node',
      },
      {
        command: 'overlay-e2e trace web db --json --svg trace.svg',
        does: 'one JSON document and a picture',
      },
    ],
    notes: [
      'Name HOST/CONTAINER if several hosts have a container of that name. Without a port, the packet is an ICMP echo.',
      'On your hosts the trace only reads and sends this packet. It runs one small container on each host and removes it afterward, with its image unless the host had it.',
    ],
    exitCodes: [
      { codes: [0], means: 'the reply came back' },
      { codes: [1], means: 'the packet or its reply was lost, or refused' },
      {
        codes: [2],
        means:
          'the packet could not be sent or followed; wrong usage or input, or the output could not be written',
      },
      { codes: [129, 130, 143], means: 'interrupted by a signal; the probes are removed' },
    ],
  });
}
