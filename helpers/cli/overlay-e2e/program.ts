import { Command } from 'commander';
import { addCheck } from './commands/check.ts';
import { addCompletion } from './commands/completion.ts';
import { addDiscover } from './commands/discover.ts';
import { addDoctor } from './commands/doctor.ts';
import { addDraw } from './commands/draw.ts';
import { addDown } from './commands/down.ts';
import { addFault } from './commands/fault.ts';
import { addCapture, addEvents, addExec, addLogs, addShell } from './commands/lab.ts';
import { addPerf } from './commands/perf.ts';
import { addPlugin } from './commands/plugin.ts';
import { addReport } from './commands/report.ts';
import { addHelp } from './commands/help.ts';
import { addInit } from './commands/init.ts';
import { addSoak } from './commands/soak.ts';
import { addTrace } from './commands/trace.ts';
import { addTest } from './commands/test.ts';
import { addUp } from './commands/up.ts';
import { describeCommand, fitHelp } from './describe.ts';
import { enterNamespaces } from './enter-namespaces.ts';
import { setProvider } from './set-provider.ts';
import { interrupted } from './exit-codes.ts';
import { ownVersion } from '../../process/own-version.ts';

/**
 * The command line `overlay-e2e`. Each command's code is imported only when that command runs: `--help` has not to wait
 * for a Docker client.
 */
export function createProgram({ isPlugin = false } = {}): Command {
  const program = fitHelp(new Command(isPlugin ? 'docker overlay' : 'overlay-e2e'))
    .description(
      'Brings up a real multi-host Docker cluster, proves that its overlay network works between the hosts, and diagnoses it if it does not.',
    )
    .version(ownVersion())
    .option('-v, --verbose', 'print every command, not only the stages')
    .helpCommand(false)
    .configureOutput({ outputError: (message, write) => write(describeWrongUsage(message)) })
    .exitOverride();
  for (const add of [
    addUp,
    addCheck,
    addTrace,
    addDiscover,
    addDraw,
    addFault,
    addSoak,
    addExec,
    addShell,
    addLogs,
    addEvents,
    addCapture,
    addPerf,
    addDown,
    addDoctor,
    addInit,
    addTest,
    addReport,
    addPlugin,
    addCompletion,
  ]) {
    add(program);
  }
  addHelp(program);
  // The plugin is for the cluster of Docker's context, not for a topology that runs here.
  program.setOptionValue('isPlugin', isPlugin);
  program.hook('preAction', async (_program, command) => {
    if (isPlugin) return;
    setProvider(command);
    const exitCode = await enterNamespaces(command);
    if (exitCode !== undefined) process.exit(exitCode);
  });
  return describeCommand(program, {
    examples: [
      { command: 'overlay-e2e up', does: 'bring up the tutorial’s cluster and leave it running' },
      { command: 'overlay-e2e check', does: 'diagnose the running cluster' },
      {
        command:
          'overlay-e2e check --engine tcp://10.0.0.1:2376 --engine tcp://10.0.0.2:2376 --tls-dir ~/.docker',
        does: 'diagnose your own cluster; see also check --help',
      },
      { command: 'overlay-e2e down', does: 'remove all machines and networks' },
      {
        command: 'overlay-e2e doctor',
        does: 'list missing requirements and the commands that install them',
      },
      { command: 'overlay-e2e up --help', does: 'options, examples and variables of a command' },
    ],
    notes: ['The help of each command lists more environment variables.'],
    exitCodes: [
      { codes: [0], means: 'success' },
      { codes: [1], means: 'failure; for check: findings' },
      {
        codes: [2],
        means:
          'wrong usage or input, or the output could not be written; for check also: incomplete check',
      },
      interrupted,
    ],
  });
}

/** Formats commander's message about wrong usage like all other errors. */
function describeWrongUsage(message: string): string {
  const line = message
    .trimEnd()
    .replace(/^error: /, '')
    .replace(/\.?\n\(Did you mean (one of )?(.*)\?\)$/, (_all, several, names: string) => {
      const words = names.split(', ').map((name) => `"${name}"`);
      return `. Did you mean ${several === undefined ? words[0] : words.join(' or ')}?`;
    })
    .replaceAll(/'([^'\n]*)'/g, '"$1"');
  return `overlay-e2e: ${line}\n`;
}
