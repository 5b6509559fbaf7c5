import { type Command, Option } from 'commander';
import { topologies } from '../../../topology/topologies.ts';
import { stages } from '../../../topology/topology.ts';
import { describeCommand } from '../describe.ts';
import { interrupted, wrongUsage } from '../exit-codes.ts';

const names = topologies.map(({ name }) => name).join(', ');

export function addUp(program: Command): void {
  const command = program
    .command('up')
    .summary('stand a topology up and leave it running')
    .description(
      'Stands a topology up and leaves it running. If that fails, nothing is left of it.',
    )
    .argument('[topology]', `${names}, or a file that describes one: my-cluster.ts`, 'seed')
    .option('--json', 'print one JSON document on standard output; progress goes to standard error')
    .addOption(
      new Option('--until <stage>', 'the last stage to stand up; all when left out').choices(
        stages,
      ),
    )
    .option(
      '--engine-bundle <version>',
      'the engine of the machines: 20.10.5, 20.10.24, 26.1.5, system for this machine’s own, or a folder with dockerd and what belongs to it',
    )
    .option(
      '--reuse',
      'use what an earlier run left in the store, if it is the same topology and an audit finds nothing wrong',
    )
    .option('--keep', 'when it fails, leave what stands for looking at')
    .action(async (topology: string, _options, self: Command) => {
      const { runUp } = await import('../up.ts');
      process.exitCode = await runUp(topology, self.optsWithGlobals());
    });
  describeCommand(command, {
    examples: [
      { command: 'overlay-e2e up', does: 'the tutorial’s cluster, on Consul' },
      {
        command: 'overlay-e2e up --json',
        does: 'the same, and one JSON document that tells where everything is',
      },
      { command: 'overlay-e2e up etcd', does: 'the same on another kind of cluster' },
      {
        command: 'overlay-e2e up swarm-mode --engine-bundle 20.10.24',
        does: 'another kind of cluster, on another engine',
      },
      {
        command: 'overlay-e2e up ./my-cluster.ts',
        does: 'your own cluster, as that file describes it',
      },
      {
        command: 'overlay-e2e up --until cluster',
        does: 'the keystore and the engines that know each other, no more',
      },
      {
        command: 'overlay-e2e up --reuse',
        does: 'use what is up already, if it is the same and healthy; bring it up where nothing is',
      },
    ],
    exitCodes: [
      { codes: [0], means: 'it is up' },
      { codes: [1], means: 'it went wrong; without --keep nothing is left of it' },
      wrongUsage,
      interrupted,
    ],
  });
}
