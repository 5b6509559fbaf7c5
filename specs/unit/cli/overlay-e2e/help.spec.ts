import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { moreOf, shownCommands } from '../../../../helpers/cli/overlay-e2e/describe.ts';
import { endOptions } from '../../../../helpers/cli/overlay-e2e/end-options.ts';
import { createProgram } from '../../../../helpers/cli/overlay-e2e/program.ts';

const paths = pathsOf(createProgram());

describe.for(paths)('The help of %j', (path) => {
  test('describes the command and each of its arguments and options', () => {
    const command = commandAt(path);
    expect(command.description()).toMatch(/^\p{Lu}[^]*\.$/u);
    if (path.length > 0) expect(command.summary()).toMatch(/^\p{Ll}.*[^.]$/u);
    for (const { flags, description } of command.options) expect(description, flags).toMatch(/\w/);
    for (const one of command.registeredArguments) {
      expect(one.description, one.name()).toMatch(/\w/);
    }
  });

  test('has valid examples of this command, and every exit code', async () => {
    const { examples, exitCodes } = moreOf(commandAt(path));
    expect(examples.length).toBeGreaterThan(0);
    for (const { command } of examples) {
      expect(command.split(' ').slice(1)).toEqual(expect.arrayContaining([...path]));
      await expect(callOf(command), command).resolves.toEqual(
        command.endsWith('--help') ? 'help' : command.split(' ')[1],
      );
    }
    const codes = exitCodes.flatMap((one) => one.codes);
    expect(codes).toEqual(expect.arrayContaining([0, 1, 2]));
    expect(codes.length).toBe(new Set(codes).size);
  });

  test.for([40, 60, 80, 120])('fits into %i columns without losing text', (width) => {
    const text = helpOf(path, { width });
    const tooLong = text
      .split('\n')
      .filter((line) => line.length > width)
      // The usage line is not wrapped.
      .filter((line) => !line.startsWith('Usage: '));
    expect(tooLong).toEqual([]);
    expect(unfolded(text)).toBe(unfolded(helpOf(path, { width: 1000 })));
    for (const { command } of moreOf(commandAt(path)).examples) {
      expect(text.replaceAll(/ \\\n +/g, ' ')).toContain(`\n  ${command}`);
    }
  });

  test('has bold headings if colors are on, and no control characters otherwise', () => {
    const colourful = helpOf(path, { hasColors: true });
    expect(colourful).toContain('\u001B[1mExamples:\u001B[22m');
    expect(helpOf(path, { hasColors: false })).toBe(
      // oxlint-disable-next-line no-control-regex
      colourful.replaceAll(/\u001B\[\d+m/g, ''),
    );
  });
});

function pathsOf(command: Command): string[][] {
  return [
    [],
    ...shownCommands(command).flatMap((one) => pathsOf(one).map((path) => [one.name(), ...path])),
  ];
}

function commandAt(path: readonly string[], program = createProgram()): Command {
  return path.reduce((command, name) => {
    const found = command.commands.find((one) => one.name() === name);
    if (found === undefined) throw new Error(`unknown command ${name}`);
    return found;
  }, program);
}

/** Returns the command that a command line would run, or `help`. */
async function callOf(line: string): Promise<string> {
  const program = createProgram();
  const called: string[] = [];
  const [name, ...words] = line.split(' ');
  expect(name).toBe(program.name());
  for (const path of paths) {
    const command = commandAt(path, program);
    command.configureOutput({ writeOut: () => {}, writeErr: () => {} }).exitOverride();
    if (command.commands.length > 0) continue;
    command.action(() => {
      called.push(path.join(' '));
    });
  }
  await program
    .parseAsync(endOptions(['node', 'main', ...words]))
    .catch((error: { code: string }) => {
      called.push(error.code === 'commander.helpDisplayed' ? 'help' : error.code);
    });
  return called.join(', ');
}

function helpOf(
  path: readonly string[],
  { width = 80, hasColors = false }: { width?: number; hasColors?: boolean },
): string {
  const written: string[] = [];
  const command = commandAt(path);
  command.configureOutput({
    getOutHelpWidth: () => width,
    getOutHasColors: () => hasColors,
    writeOut: (text) => {
      written.push(text);
    },
  });
  command.outputHelp();
  return written.join('');
}

/** Returns all words in order, regardless of line breaks. */
function unfolded(text: string): string {
  return text
    .replaceAll(' \\\n', ' ')
    .split(/\s+/)
    .filter((word) => word !== '')
    .toSorted()
    .join(' ');
}
