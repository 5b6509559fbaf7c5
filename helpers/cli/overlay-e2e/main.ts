import { readFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { topologies } from '../../topology/topologies.ts';
import { stages } from '../../topology/topology.ts';

// It is this process's own, set by the script that starts it, and nothing that others should get.
delete process.env['NODE_COMPILE_CACHE'];

// Each command's code is imported only when that command runs: `--help` has not to wait for a Docker client.

const examples = `
Examples:
  overlay-e2e up                     stand the tutorial's cluster up and leave it running
  overlay-e2e up --json              the same, and one JSON document that tells where everything is
  overlay-e2e up etcd                the same on another kind of cluster; --help of up names all
  overlay-e2e up ./my-cluster.ts     your own cluster, as that file describes it
  overlay-e2e up --until cluster     the keystore and the engines that know each other, no more
  overlay-e2e up swarm-mode --engine-bundle 20.10.24
                                     another kind of cluster, on another engine
  overlay-e2e check                  say what is wrong with the cluster that is up
  overlay-e2e check --engine tcp://10.0.0.1:2376 --engine tcp://10.0.0.2:2376 --tls-dir ~/.docker
                                     the same of your own; --help of check has more
  overlay-e2e down                   take down everything of this store
  overlay-e2e doctor                 what this machine lacks, and the command that brings it
  overlay-e2e report                 build the report of the last run again, and say where it is

Environment:
  MACHINE_STORAGE_PATH   the folder that holds the machines' state; two folders never meet
  XDG_CACHE_HOME         downloads and built images go to overlay-e2e in it (default ~/.cache)
  E2E_PROVIDER           what makes the machines: netns or docker-machine
  E2E_ENGINE_BUNDLE      the engine of machines whose topology leaves it open
  E2E_KEEP, E2E_REUSE    1 is --keep and --reuse, also for the specs of npm test

Exit codes:
  0 done   1 it went wrong   2 wrong usage   129, 130, 143 interrupted, and everything taken down
  of check: 0 healthy   1 defects   2 could not check   129, 130, 143 interrupted, and the probes taken away`;

const checkExamples = `
Examples:
  overlay-e2e check                  the topology that «overlay-e2e up» left running
  overlay-e2e check master-host worker-host
                                     machines of docker-machine, by their names (MACHINE_STORAGE_PATH)
  overlay-e2e check --engine tcp://10.0.0.1:2376 --engine tcp://10.0.0.2:2376 --tls-dir ~/.docker
                                     engines that listen with TLS: ca.pem, cert.pem and key.pem in that folder
  overlay-e2e check --engine web=ssh://me@10.0.0.1 --engine db=ssh://me@10.0.0.2
                                     through your own ssh, under names of your own
  overlay-e2e check --context web --context db
                                     your Docker contexts
  overlay-e2e check ./cluster.json   hosts, and what is to be so, as that file describes it
  overlay-e2e check --no-probe --json
                                     start nothing, ask the engines alone; one JSON document
  overlay-e2e check --watch 30       again every 30 seconds; only what changes is told
  overlay-e2e check --fix            put back what kernels have lost, each step asked for

On hosts that are not ours it only reads, and runs one small container on each while it checks, which is gone
afterwards with its image; --no-privileged keeps that out of other namespaces, --no-probe leaves it out.

Exit codes:
  0 healthy   1 defects   2 could not check, or wrong usage   129, 130, 143 interrupted`;

const names = topologies.map(({ name }) => name).join(', ');

const program = new Command('overlay-e2e')
  .description(
    'Stands up a real multi-host Docker cluster and proves that its overlay network works\nfrom one host to the other.',
  )
  .version(ownVersion())
  .option('-v, --verbose', 'tell of every command, not only of the stages')
  .configureHelp({ showGlobalOptions: true })
  .helpCommand(true)
  .addHelpText('after', examples)
  .exitOverride();

program
  .command('up')
  .summary('stand a topology up and leave it running')
  .description('Stands a topology up and leaves it running. If that fails, nothing is left of it.')
  .argument('[topology]', `${names}, or a file that describes one: my-cluster.ts`, 'seed')
  .option('--json', 'print one JSON document on standard output; progress goes to standard error')
  .addOption(
    new Option('--until <stage>', 'the last stage to stand up; all when left out').choices(stages),
  )
  .option(
    '--engine-bundle <version>',
    'the engine of the machines: 20.10.5, 20.10.24, 26.1.5, system for this machine’s own,\nor a folder with dockerd and what belongs to it',
  )
  .option('--reuse', 'take what an earlier run left in the store, if it is what is asked for')
  .option('--keep', 'when it fails, leave what stands for looking at')
  .action(async (topology: string, _options, command: Command) => {
    const { runUp } = await import('./up.ts');
    process.exitCode = await runUp(topology, command.optsWithGlobals());
  });

program
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
    'ordered pairs of containers that are probed at most, some 20 kB each (default: 1000)',
    toCount,
  )
  .option('--json', 'print one JSON document on standard output; progress goes to standard error')
  .option('--allure <folder>', 'add the check to the Allure results in that folder')
  .option('--junit <file>', 'write a JUnit report')
  .option('--svg <file>', 'write a picture of the topology as it really is')
  .option('--watch <seconds>', 'check again and again, and tell what changes', toPositive)
  .option('--fix', 'put back entries that kernels have lost, each asked for, and check again')
  .option('--yes', 'with --fix: ask for nothing')
  .addHelpText('after', checkExamples)
  .action(async (target: string[], _options, command: Command) => {
    const { runCheck } = await import('./check.ts');
    process.exitCode = await runCheck(target, command.optsWithGlobals());
  });

program
  .command('down')
  .summary('take down everything of this store')
  .description(
    'Takes down everything of this store: machines, networks, and what a killed run left behind.',
  )
  .action(async (_options, command: Command) => {
    const { runDown } = await import('./down.ts');
    process.exitCode = await runDown(command.optsWithGlobals());
  });

program
  .command('doctor')
  .summary('what this machine lacks, and the command that brings it')
  .description(
    'Looks at all that a run needs of this machine, and names the command that brings what is missing.\nExit code 0: nothing is missing. 1: something is.',
  )
  .option('--json', 'print one JSON document on standard output; progress goes to standard error')
  .action(async (_options, command: Command) => {
    const { runDoctor } = await import('./doctor.ts');
    process.exitCode = await runDoctor(command.optsWithGlobals());
  });

program
  .command('report')
  .summary('build the report of the last run again, and say where it is')
  .description(
    'Builds the Allure report of the last run again, out of what its specs wrote, and prints its path.',
  )
  .action(async () => {
    const { runReport } = await import('./report.ts');
    process.exitCode = await runReport();
  });

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    const { reportFailure } = await import('./failure.ts');
    process.exitCode = reportFailure(error);
  }
}

function ownVersion(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
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
