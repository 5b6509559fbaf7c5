import type { Argument, Command, Option } from 'commander';
import {
  type MoreOfCommand,
  moreOf,
  shownCommands,
} from '../../helpers/cli/overlay-e2e/describe.ts';
import { createProgram } from '../../helpers/cli/overlay-e2e/program.ts';
import { settingsOf } from '../../helpers/cli/settings.ts';
import { code, markWords, page, table } from './markdown.ts';

/** Returns the reference page of `overlay-e2e`: each command with its arguments, options, examples and exit codes. */
export function overlayPage(): string {
  const program = createProgram();
  const commands = shownCommands(program);
  return page('overlay-e2e', [
    program.description(),
    table(
      ['command', 'meaning'],
      commands.map((one) => [
        `[${code(`overlay-e2e ${one.name()}`)}](#overlay-e2e-${one.name()})`,
        one.summary(),
      ]),
    ),
    'Options of all commands:',
    optionTable(program),
    ...exitCodeTable(moreOf(program)),
    ...commands.flatMap((one) => commandSection(program, one)),
  ]);
}

function commandSection(program: Command, command: Command): string[] {
  const more = moreOf(command);
  const help = command.createHelp();
  const usage = `${program.name()} ${command.name()} ${command.usage()}`;
  const variables = settingsOf(command.name()).flatMap(({ names }) => names);
  return [
    `## overlay-e2e ${command.name()}`,
    `\`\`\`text\n${usage}\n\`\`\``,
    command.description().replaceAll('\n', ' '),
    ...(more.notes ?? []).map(markWords),
    ...(command.registeredArguments.length === 0
      ? []
      : [table(['argument', 'meaning'], command.registeredArguments.map(argumentRow))]),
    optionTable(command),
    ...(more.examples.length === 0
      ? []
      : [
          'Examples:',
          more.examples.map((one) => `- ${code(one.command)}: ${markWords(one.does)}`).join('\n'),
        ]),
    ...exitCodeTable(more),
    ...(variables.length === 0
      ? []
      : [`[Environment variables](environment.md): ${variables.map(code).join(', ')}.`]),
  ];

  function argumentRow(argument: Argument): string[] {
    return [code(argument.name()), markWords(help.argumentDescription(argument))];
  }
}

function optionTable(command: Command): string {
  const help = command.createHelp();
  const row = (option: Option) => [code(option.flags), markWords(help.optionDescription(option))];
  return table(['option', 'meaning'], help.visibleOptions(command).map(row));
}

function exitCodeTable({ exitCodes }: MoreOfCommand): string[] {
  if (exitCodes.length === 0) return [];
  return [
    table(
      ['exit code', 'meaning'],
      exitCodes.map(({ codes, means }) => [
        codes.map(String).map(code).join(', '),
        markWords(means),
      ]),
    ),
  ];
}
