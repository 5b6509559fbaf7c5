import { type Command, Option } from 'commander';
import { describeCommand, type ExitCode } from '../describe.ts';
import { wrongUsage } from '../exit-codes.ts';
import { toCount, toDuration, toPositive } from './argument-parsers.ts';
import { addTargetOptions } from './target-options.ts';

/** The codes of a program that runs in a machine or a container. */
const ofProgram: readonly ExitCode[] = [
  { codes: [1], means: 'the program could not be started; or its own code' },
  { codes: [2], means: 'wrong usage or input; or its own code' },
];

export function addExec(program: Command): void {
  const command = program
    .command('exec')
    .summary('run a program in a machine or a container')
    .description(
      'Runs a program as root in a machine of the running topology, or in a container or a task of a service, with the input, output and exit code of this command. Everything after the name belongs to the program.',
    )
    .argument('<name>', 'a machine, a container, a service, or MACHINE/CONTAINER')
    .argument('<program...>', 'the program and its arguments')
    .action(async (name: string, words: readonly string[]) => {
      const { runExec } = await import('../lab/exec.ts');
      process.exitCode = await runExec(name, words);
    });
  describeCommand(command, {
    examples: [
      {
        command: 'overlay-e2e exec tomcat-app ping -c 1 mysqlserver',
        does: 'in a container, wherever it runs',
      },
      { command: 'overlay-e2e exec worker-host docker ps', does: 'in a machine' },
    ],
    exitCodes: [{ codes: [0], means: 'the program exits with 0' }, ...ofProgram],
  });
}

export function addShell(program: Command): void {
  const command = program
    .command('shell')
    .summary('open a shell in a machine or a container')
    .description(
      'Opens a shell in a machine of the running topology, or in a container or a task of a service. Without a terminal, it runs the commands of standard input.',
    )
    .argument('<name>', 'a machine, a container, a service, or MACHINE/CONTAINER')
    .action(async (name: string) => {
      const { runShell } = await import('../lab/exec.ts');
      process.exitCode = await runShell(name);
    });
  describeCommand(command, {
    examples: [
      { command: 'overlay-e2e shell tomcat-app', does: 'bash, or sh if the image has no bash' },
      { command: 'overlay-e2e shell worker-host', does: 'in a machine, as root' },
    ],
    notes: ['A machine with its own kernel has no terminal, so it only runs piped commands.'],
    exitCodes: [{ codes: [0], means: 'the shell exits with 0' }, ...ofProgram],
  });
}

export function addLogs(program: Command): void {
  const command = program
    .command('logs')
    .summary('print the log of a container or an engine')
    .description(
      'Prints the log of a container of the running topology, or that of a machine’s engine. Control characters are shown as escapes.',
    )
    .argument('<name>', 'a machine, a container, a service, or MACHINE/CONTAINER')
    .option('--tail <lines>', 'number of lines from the end', toCount, 300)
    .option('--follow', 'continue with new lines of a container until it ends or Ctrl-C')
    .action(async (name: string, _options, self: Command) => {
      const { runLogs } = await import('../lab/logs.ts');
      process.exitCode = await runLogs(name, self.optsWithGlobals());
    });
  describeCommand(command, {
    examples: [
      { command: 'overlay-e2e logs mysqlserver --tail 20', does: 'the last lines of a container' },
      { command: 'overlay-e2e logs worker-host', does: 'the log of a machine’s engine' },
    ],
    exitCodes: [
      { codes: [0], means: 'the log was printed' },
      { codes: [1], means: 'the log could not be read' },
      wrongUsage,
      { codes: [129, 130, 143], means: 'interrupted by a signal' },
    ],
  });
}

export function addCapture(program: Command): void {
  const command = addTargetOptions(
    program
      .command('capture')
      .summary('record packets at any place into one file')
      .description(
        'Records all packets of hosts, containers and overlay networks into one file for Wireshark or tcpdump. Each device of each namespace is an interface of the file. Without a name, it records all hosts and all overlay networks.',
      )
      .argument('[place...]', 'a host, a container or an overlay network; HOST/NAME for one host'),
  )
    .option(
      '--file <file>',
      'the file, in the format pcapng; - for standard output',
      'capture.pcapng',
    )
    .addOption(new Option('--for <seconds>', 'duration').argParser(toDuration).default(10))
    .addOption(
      new Option('--size <MB>', 'largest size of the file; then the recording ends')
        .argParser(toCount)
        .default(100),
    )
    .action(async (places: string[], _options, self: Command) => {
      const { runCapture } = await import('../lab/capture.ts');
      process.exitCode = await runCapture(places, self.optsWithGlobals());
    });
  describeCommand(command, {
    examples: [
      {
        command: 'overlay-e2e capture tomcat-app my-net mysqlserver',
        does: 'both containers, and their overlay on both hosts',
      },
      {
        command: 'overlay-e2e capture worker-host --for 60 --file worker.pcapng',
        does: 'all devices of a host for a minute',
      },
      {
        command: 'overlay-e2e capture my-net --file -',
        does: 'write to standard output, for a pipe to tcpdump -n -r -',
      },
    ],
    notes: [
      'The file contains the data of the applications. Only its owner can read it. The connection to the engine is not recorded.',
      'On each host it runs one small container and removes it afterward, with its image unless the host had it.',
    ],
    exitCodes: [
      {
        codes: [0],
        means: 'everything was recorded, until the end of the time, the size or Ctrl-C',
      },
      { codes: [1], means: 'a host was not recorded, or packets were lost' },
      wrongUsage,
      { codes: [129, 130, 143], means: 'interrupted by a signal before the recording began' },
    ],
  });
}

export function addEvents(program: Command): void {
  const command = program
    .command('events')
    .summary('print the events of all engines as they come')
    .description(
      'Prints what happens on all engines of the running topology: containers, networks, services and nodes. It ends with Ctrl-C.',
    )
    .option('--since <seconds>', 'begin with the events of the last seconds', toPositive)
    .option('--for <seconds>', 'end after some seconds', toDuration)
    .option('--json', 'print each event as one JSON document in a line')
    .action(async (_options, self: Command) => {
      const { runEvents } = await import('../lab/events.ts');
      process.exitCode = await runEvents(self.optsWithGlobals());
    });
  describeCommand(command, {
    examples: [
      { command: 'overlay-e2e events', does: 'until Ctrl-C' },
      { command: 'overlay-e2e events --since 600 --for 1', does: 'the last ten minutes' },
    ],
    exitCodes: [
      { codes: [0], means: 'the time of --for is over' },
      { codes: [1], means: 'an engine could not be reached' },
      wrongUsage,
      { codes: [129, 130, 143], means: 'interrupted by a signal' },
    ],
  });
}
