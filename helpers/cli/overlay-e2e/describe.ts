import { styleText } from 'node:util';
import type { Command } from 'commander';
import { breakHelp, inColumns, type Row, wrapCommand } from '../columns.ts';
import { settingsOf } from '../settings.ts';

/** A complete command line and its effect. */
export interface Example {
  readonly command: string;
  readonly does: string;
}

export interface ExitCode {
  readonly codes: readonly number[];
  readonly means: string;
}

/** More text about a command for `--help` and the reference, in addition to its arguments and options. */
export interface MoreOfCommand {
  readonly examples: readonly Example[];
  readonly exitCodes: readonly ExitCode[];
  /** In paragraphs. */
  readonly notes?: readonly string[];
}

const described = new WeakMap<Command, MoreOfCommand>();

/** Tells more of a command, at the end of its `--help`. */
export function describeCommand(command: Command, more: MoreOfCommand): Command {
  described.set(command, more);
  return command.addHelpText('after', ({ error }) => {
    const output = command.configureOutput();
    const width = (error ? output.getErrHelpWidth?.() : output.getOutHelpWidth?.()) ?? 80;
    return `\n${formatMore(command, more, width).join('\n')}`;
  });
}

/** Returns the text of a command from {@link describeCommand}. */
export function moreOf(command: Command): MoreOfCommand {
  return described.get(command) ?? { examples: [], exitCodes: [] };
}

/** Returns the commands for users: without `help` and the commands that only scripts call. */
export function shownCommands(program: Command): readonly Command[] {
  const commands = program.createHelp().visibleCommands(program);
  return commands.filter((one) => one.name() !== 'help');
}

/** Makes the help of a command, and of all that are added to it later, fit terminals of any width. */
export function fitHelp(command: Command): Command {
  return command.configureHelp({
    showGlobalOptions: true,
    minWidthToWrap: 1,
    styleTitle: title,
    formatItem(term, termWidth, description) {
      return inColumns([[[term], description]], this.helpWidth ?? 80, termWidth).join('\n');
    },
  });
}

function formatMore(command: Command, more: MoreOfCommand, width: number): string[] {
  const { examples, exitCodes, notes = [] } = more;
  const shown = examples.map(
    ({ command: line, does }): Row => [wrapCommand(line, width - 2), does],
  );
  const variables = settingsOf(command.name()).map(
    ({ names, decides }): Row => [names, withoutMarks(decides)],
  );
  const codes = exitCodes.map(({ codes: ones, means }): Row => [[ones.join(', ')], means]);
  return [
    ...section('Examples:', inColumns(shown, width)),
    ...notes.flatMap((note) => [...breakHelp(note, width), '']),
    ...section('Environment:', inColumns(variables, width)),
    ...section('Exit codes:', inColumns(codes, width)),
  ].slice(0, -1);
}

function section(name: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title(name), ...lines, ''];
}

/** Formats a title. Commander removes the style where the output does not support it. */
function title(text: string): string {
  return styleText('bold', text, { validateStream: false });
}

function withoutMarks(text: string): string {
  return text.replaceAll('`', '');
}
