import { type Command, InvalidArgumentError, Option } from 'commander';
import { describeCommand } from '../describe.ts';

export function addCheck(program: Command): void {
  const command = program
    .command('check')
    .summary('say exactly what is wrong with a cluster: one that is up, or your own')
    .description(
      'Looks at a cluster layer by layer, and says what is wrong, where, how that is known, and what mends it.\nWithout a target it is the topology that is up in this store.',
    )
    .argument(
      '[target...]',
      'machines by their names, or a file that describes a cluster: cluster.json',
    )
    .addOption(
      new Option(
        '--engine <[name=]url>',
        'an engine: tcp://HOST:2376, ssh://USER@HOST, unix:///PATH; may be repeated',
      )
        .argParser(collect)
        .default([], 'none'),
    )
    .option(
      '--tls-dir <folder>',
      'ca.pem, cert.pem and key.pem for tcp:// engines, as DOCKER_CERT_PATH has them',
    )
    .addOption(
      new Option('--context <name>', 'the engine of one of your Docker contexts; may be repeated')
        .argParser(collect)
        .default([], 'none'),
    )
    .option('--no-probe', 'start no container on the hosts; kernels and live packets are left out')
    .option(
      '--no-privileged',
      'start only containers that cannot enter other namespaces; kernels are left out',
    )
    .option('--limit <seconds>', 'time for the whole check (default: 60)', toPositive)
    .option(
      '--max-pairs <number>',
      'ordered pairs of containers that are probed at most, some 12 kB each (default: 1000)',
      toCount,
    )
    .option('--json', 'print one JSON document on standard output; progress goes to standard error')
    .option('--allure <folder>', 'add the check to the Allure results in that folder')
    .option('--junit <file>', 'write a JUnit report')
    .option('--svg <file>', 'write a picture of the topology as it really is')
    .option('--watch <seconds>', 'check again and again, and tell what changes', toPositive)
    .option('--fix', 'put back entries that kernels have lost, each asked for, and check again')
    .option('--yes', 'with --fix: ask for nothing')
    .option('--dry-run', 'with --fix: print the commands, change nothing')
    .action(async (target: string[], _options, self: Command) => {
      const { runCheck } = await import('../check.ts');
      process.exitCode = await runCheck(target, self.optsWithGlobals());
      // A host's name that is being looked up cannot be given up: it would keep this process for as long as that takes.
      setTimeout(() => process.exit(), 3000).unref();
    });
  describeCommand(command, {
    examples: [
      { command: 'overlay-e2e check', does: 'the topology that «overlay-e2e up» left running' },
      {
        command: 'overlay-e2e check master-host worker-host',
        does: 'machines of docker-machine, by their names (MACHINE_STORAGE_PATH)',
      },
      {
        command:
          'overlay-e2e check --engine tcp://10.0.0.1:2376 --engine tcp://10.0.0.2:2376 --tls-dir ~/.docker',
        does: 'engines that listen with TLS: ca.pem, cert.pem and key.pem in that folder',
      },
      {
        command: 'overlay-e2e check --engine web=ssh://me@10.0.0.1 --engine db=ssh://me@10.0.0.2',
        does: 'through your own ssh, under names of your own',
      },
      { command: 'overlay-e2e check --context web --context db', does: 'your Docker contexts' },
      {
        command: 'overlay-e2e check ./cluster.json',
        does: 'hosts, and what is to be so, as that file describes it',
      },
      {
        command: 'overlay-e2e check --no-probe --json',
        does: 'start nothing, ask the engines alone; one JSON document',
      },
      {
        command: 'overlay-e2e check --junit check.xml --svg check.svg',
        does: 'a report for continuous integration, and a picture',
      },
      {
        command: 'overlay-e2e check --watch 30',
        does: 'again every 30 seconds; only what changes is told',
      },
      {
        command: 'overlay-e2e check --fix',
        does: 'put back what kernels have lost, each step asked for',
      },
    ],
    notes: [
      'On hosts that are not ours it only reads, and runs one small container on each while it checks, which is gone afterwards with its image; --no-privileged keeps that out of other namespaces, --no-probe leaves it out.',
    ],
    exitCodes: [
      { codes: [0], means: 'healthy' },
      { codes: [1], means: 'findings, also where not all of the cluster was examined' },
      {
        codes: [2],
        means:
          'no findings, but not all of the cluster could be examined; wrong usage or input, or the output could not be written',
      },
      { codes: [129, 130, 143], means: 'interrupted by a signal, and the probes taken away' },
    ],
  });
}

function collect(word: string, before: readonly string[]): string[] {
  return [...before, word];
}

function toPositive(word: string): number {
  const seconds = Number(word);
  if (word.trim() !== '' && Number.isFinite(seconds) && seconds > 0) return seconds;
  throw new InvalidArgumentError('it takes a number of seconds above 0.');
}

function toCount(word: string): number {
  if (/^\d+$/.test(word)) return Number(word);
  throw new InvalidArgumentError('it takes a whole number.');
}
