import { type Command, Option } from 'commander';
import { providerNames } from '../../../machine/provider-kind.ts';
import { topologies } from '../../../topology/topologies.ts';
import { stages } from '../../../topology/topology.ts';
import { describeCommand } from '../describe.ts';
import { toHosts } from './argument-parsers.ts';
import { interrupted, wrongUsage } from '../exit-codes.ts';

const names = topologies.map(({ name }) => name).join(', ');

export function addUp(program: Command): void {
  const command = program
    .command('up')
    .summary('bring up a topology and leave it running')
    .description(
      'Brings up a topology and leaves it running. If that fails, everything is removed.',
    )
    .argument('[topology]', `${names}, or a file that describes a topology: my-cluster.ts`, 'seed')
    .option('--json', 'print one JSON document on standard output; progress goes to standard error')
    .addOption(
      new Option('--until <stage>', 'the last stage to bring up (default: all)').choices(stages),
    )
    .addOption(
      new Option(
        '--provider <name>',
        'the provider of the machines, like E2E_PROVIDER (default: one is chosen, and the run says why)',
      ).choices(providerNames),
    )
    .option(
      '--engine-bundle <version>',
      'the engine of the machines: 20.10.5, 20.10.24, 26.1.5, forky (the engine of Debian’s next release), system (the engine of this machine), or a folder with dockerd and its other programs',
    )
    .option(
      '--reuse',
      'use the running machines of the state directory, if they match the topology and a check finds them healthy',
    )
    .addOption(
      new Option(
        '--converge',
        'change the running topology into this one: add, replace and remove its objects, and leave equal ones untouched',
      ).conflicts('reuse'),
    )
    .addOption(
      new Option(
        '--dry-run',
        'print the changes that --converge would make, and make none',
      ).conflicts('reuse'),
    )
    .option(
      '--hosts <number>',
      'the number of hosts: the topology’s, and more of them, named host-3, host-4, …',
      toHosts,
    )
    .option(
      '--raise-limits',
      'raise limits of this kernel that are too low for that many machines, until its next boot',
    )
    .option('--keep', 'if it fails, leave the machines running for inspection')
    .action(async (topology: string, _options, self: Command) => {
      const { runUp } = await import('../up.ts');
      process.exitCode = await runUp(topology, self.optsWithGlobals());
    });
  describeCommand(command, {
    examples: [
      { command: 'overlay-e2e up', does: 'the tutorial’s cluster, on Consul' },
      {
        command: 'overlay-e2e up --json',
        does: 'the same, with one JSON document of all addresses',
      },
      { command: 'overlay-e2e up etcd', does: 'another kind of cluster' },
      {
        command: 'overlay-e2e up swarm-mode --engine-bundle 20.10.24',
        does: 'another kind of cluster with another engine',
      },
      {
        command: 'overlay-e2e up swarm-mode --provider uml',
        does: 'machines with their own kernel',
      },
      {
        command: 'overlay-e2e up ./my-cluster.ts',
        does: 'a user-defined topology',
      },
      {
        command: 'overlay-e2e up --until cluster',
        does: 'only the key-value store and the clustered engines',
      },
      {
        command: 'overlay-e2e up --hosts 16',
        does: 'the same cluster with 16 hosts',
      },
      {
        command: 'overlay-e2e up --reuse',
        does: 'use the running topology if it matches and is healthy; bring it up if none is running',
      },
      {
        command: 'overlay-e2e up ./my-cluster.ts --dry-run',
        does: 'the changes that turn the running topology into this one',
      },
      {
        command: 'overlay-e2e up ./my-cluster.ts --converge',
        does: 'make these changes; bring the topology up if none is running',
      },
    ],
    exitCodes: [
      { codes: [0], means: 'the topology is up' },
      {
        codes: [1],
        means:
          'failure; without --keep everything is removed, except by --converge, which leaves the running topology up',
      },
      wrongUsage,
      interrupted,
    ],
  });
}
