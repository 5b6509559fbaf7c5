import { Argument, type Command } from 'commander';
import { describeCommand } from '../describe.ts';
import { wrongUsage } from '../exit-codes.ts';

export function addPlugin(program: Command): void {
  const command = program
    .command('plugin')
    .summary('make "docker overlay check" a command of Docker, or remove it')
    .description(
      'Installs or removes the plugin "docker overlay" of Docker’s command line. The plugin is a small script that starts this program. It checks the cluster of the current Docker context, or of the context or host that docker names.',
    )
    .addArgument(
      new Argument('<action>', 'what to do with the plugin').choices(['install', 'uninstall']),
    )
    .option('--system', 'for all users, in /usr/local/lib/docker/cli-plugins')
    .action(async (action: 'install' | 'uninstall', _options, self: Command) => {
      const { runPlugin } = await import('../plugin.ts');
      process.exitCode = await runPlugin(action, self.optsWithGlobals());
    });
  describeCommand(command, {
    examples: [
      { command: 'overlay-e2e plugin install', does: 'for you, in ~/.docker/cli-plugins' },
      {
        command: 'overlay-e2e plugin install --system',
        does: 'for all users of this computer, as root',
      },
      { command: 'overlay-e2e plugin uninstall', does: 'remove it again' },
    ],
    notes: [
      'Then "docker --context prod overlay check" checks the swarm of the context prod.',
      'It does not replace or remove a docker-overlay that it did not write.',
    ],
    exitCodes: [
      { codes: [0], means: 'installed or removed' },
      { codes: [1], means: 'another docker-overlay is there, or the folder cannot be written' },
      wrongUsage,
    ],
  });
}
