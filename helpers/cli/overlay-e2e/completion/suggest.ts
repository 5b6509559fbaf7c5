import type { Argument, Command, Option } from 'commander';
import { type Offer, sources } from './sources.ts';

export interface Suggestion {
  readonly word: string;
  /** The meaning, in one line. */
  readonly about: string;
}

export interface Suggestions {
  readonly words: readonly Suggestion[];
  readonly files?: Offer['files'];
}

/** Returns the completions of the last word after the program's name. */
export async function suggest(program: Command, typed: readonly string[]): Promise<Suggestions> {
  const words = joinAssignments(typed);
  const current = words.at(-1) ?? '';
  const { command, rest } = findCommand(program, words.slice(0, -1));
  const position = readWords(command, rest);
  // `--until=ne`: where the shell itself does not part the word.
  const [name = '', value] = current.split(/=(.*)/s);
  const assigned = value === undefined ? undefined : optionOf(command, name);
  if (assigned?.required && position.awaiting === undefined) {
    const { words: values, files } = await offerOf(command, assigned);
    const whole = values.map((one) => ({ word: `${name}=${one.word}`, about: one.about }));
    return { words: startingWith(whole, current), ...(files && { files }) };
  }
  if (position.awaiting !== undefined) {
    const offer = await offerOf(command, position.awaiting);
    return { ...offer, words: startingWith(offer.words, current) };
  }
  if (current.startsWith('-')) {
    return { words: startingWith(optionWords(command, position.given), current) };
  }
  if (command === program) {
    // An unknown command has no completions.
    return { words: position.operands > 0 ? [] : startingWith(commandWords(program), current) };
  }
  if (command.name() === 'help') {
    return { words: rest.length > 0 ? [] : startingWith(commandWords(program), current) };
  }
  const argument =
    command.registeredArguments[position.operands] ??
    command.registeredArguments.findLast((one) => one.variadic);
  if (argument === undefined) return { words: [] };
  const offer = await offerOf(command, argument);
  return { ...offer, words: startingWith(offer.words, current) };
}

/** bash parts `--until=network` into three words, of which the second says nothing. */
function joinAssignments(typed: readonly string[]): string[] {
  return typed.flatMap((word, at) => {
    if (word !== '=') return [word];
    return at === typed.length - 1 ? [''] : [];
  });
}

/** The command that is typed, and the words behind it. */
function findCommand(program: Command, words: readonly string[]) {
  const at = words.findIndex((word) => !word.startsWith('-'));
  const command = allCommands(program).find((one) => one.name() === words[at]);
  return command === undefined
    ? { command: program, rest: words }
    : { command, rest: words.slice(at + 1) };
}

/** Finds the position after the words of a command: the option that needs a value, and the number of arguments. */
function readWords(command: Command, words: readonly string[]) {
  const given = new Set<Option>();
  let awaiting: Option | undefined;
  let operands = 0;
  for (const word of words) {
    if (awaiting !== undefined) awaiting = undefined;
    else if (word.startsWith('-')) {
      const [name = '', value] = word.split(/=(.*)/s);
      const option = optionOf(command, name);
      if (option !== undefined) given.add(option);
      awaiting = option?.required && value === undefined ? option : undefined;
    } else operands += 1;
  }
  return { given, awaiting, operands };
}

function optionOf(command: Command, name: string): Option | undefined {
  return optionsOf(command).find(({ long, short }) => long === name || short === name);
}

function optionsOf(command: Command): Option[] {
  const help = command.createHelp();
  return [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)];
}

function optionWords(command: Command, given: ReadonlySet<Option>): Suggestion[] {
  return (
    optionsOf(command)
      // Options with a list of values may be repeated.
      .filter((one) => !given.has(one) || Array.isArray(one.defaultValue))
      .flatMap(({ long, description }) => (long ? [{ word: long, about: description }] : []))
  );
}

function commandWords(program: Command): Suggestion[] {
  return allCommands(program).map((one) => ({
    word: one.name(),
    about: one.summary() || one.description(),
  }));
}

function allCommands(program: Command): readonly Command[] {
  return program.createHelp().visibleCommands(program);
}

/** Returns the possible values of an option or an argument. */
async function offerOf(command: Command, of: Option | Argument): Promise<Suggestions> {
  const about = '';
  if (of.argChoices !== undefined) return { words: of.argChoices.map((word) => ({ word, about })) };
  const { words, files = filesBy(of) } = (await sources[sourceName(command, of)]?.()) ?? {
    words: [],
  };
  return { words: words.map((word) => ({ word, about })), ...(files && { files }) };
}

/** Returns the key of an option or an argument in {@link sources}. */
export function sourceName(command: Command, of: Option | Argument): string {
  return `${command.name()} ${'flags' in of ? (of.long ?? '') : of.name()}`;
}

/** The pattern of an option says it: `--tls-dir <folder>`. */
function filesBy(of: Option | Argument): Offer['files'] {
  if (!('flags' in of)) return undefined;
  if (of.flags.endsWith('<folder>')) return 'folders';
  return of.flags.endsWith('<file>') ? 'files' : undefined;
}

function startingWith(words: readonly Suggestion[], start: string): Suggestion[] {
  return words.filter(({ word }) => word.startsWith(start));
}
