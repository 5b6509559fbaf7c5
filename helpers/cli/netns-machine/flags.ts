/** One option of a command. */
export interface Flag {
  /** Names without dashes. The code uses the first. */
  readonly names: readonly [string, ...string[]];
  readonly kind: 'boolean' | 'string' | 'number' | 'list';
  readonly usage: string;
  /** The default value. */
  readonly value?: string | number;
  /** The environment variable with the same effect. */
  readonly env?: string;
}

/** The options of one call. */
export interface FlagValues {
  on(name: string): boolean;
  text(name: string): string;
  number(name: string): number;
  list(name: string): readonly string[];
  /** Returns true if the option is set on the command line or in the environment. */
  given(name: string): boolean;
}

export interface ParsedFlags {
  readonly values: FlagValues;
  readonly rest: readonly string[];
  /** `-h` or `--help` was among them. */
  readonly help: boolean;
}

/** An option that does not exist, or a value that it cannot have; the text is what Go's package `flag` says. */
export class FlagError extends Error {}

type Value = string | number | boolean | string[];
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads options the way Go's package `flag` does: `-name` and `--name` are the same, `-name=value` always works,
 * `-name value` for all but booleans, and the first word that is no option ends them, as `--` does.
 */
export function parseFlags(
  flags: readonly Flag[],
  words: readonly string[],
  environment: Environment,
): ParsedFlags {
  const byName = new Map(flags.flatMap((flag) => flag.names.map((name) => [name, flag] as const)));
  const given = new Map<Flag, Value>();
  let help = false;
  let next = 0;
  while (next < words.length) {
    const word = words[next] ?? '';
    if (word.length < 2 || !word.startsWith('-')) break;
    next += 1;
    if (word === '--') break;
    const bare = word.replace(/^--?/, '');
    if (/^[-=]/.test(bare)) throw new FlagError(`bad flag syntax: ${word}`);
    const equals = bare.indexOf('=');
    const name = equals < 0 ? bare : bare.slice(0, equals);
    let text = equals < 0 ? undefined : bare.slice(equals + 1);
    const flag = byName.get(name);
    if (flag === undefined) {
      if (name !== 'h' && name !== 'help') {
        throw new FlagError(`flag provided but not defined: -${name}`);
      }
      help = true;
      continue;
    }
    if (flag.kind === 'boolean') {
      given.set(flag, readBoolean(name, text ?? 'true'));
      continue;
    }
    if (text === undefined) {
      text = words[next];
      next += 1;
    }
    if (text === undefined) throw new FlagError(`flag needs an argument: -${name}`);
    given.set(flag, readValue(flag, name, text, given.get(flag)));
  }
  return { values: valuesOf(byName, given, environment), rest: words.slice(next), help };
}

/**
 * Puts options that follow a command's arguments before them, as docker-machine's own parser does: if the first
 * option comes after some arguments, these go to the end. `env NAME --shell fish` works by it, and
 * `env --no-proxy NAME --shell fish` does not, there as here.
 */
export function moveFlagsFirst(words: readonly string[]): string[] {
  const end = words.indexOf('--');
  const first = words.findIndex((word) => word.startsWith('-'));
  if (first < 0 || (end >= 0 && end <= first)) return [...words];
  const flags = words.slice(first, end < 0 ? undefined : end);
  return [...flags, ...words.slice(0, first), ...(end < 0 ? [] : words.slice(end))];
}

function readValue(flag: Flag, name: string, text: string, before: Value | undefined): Value {
  if (flag.kind === 'list') return [...(Array.isArray(before) ? before : []), text];
  return flag.kind === 'number' ? readNumber(name, text) : text;
}

function readNumber(name: string, text: string): number {
  if (!/^[+-]?\d+$/.test(text)) {
    throw new FlagError(`invalid value "${text}" for flag -${name}: parse error`);
  }
  return Number(text);
}

function readBoolean(name: string, text: string): boolean {
  if (/^(?:1|t|true)$/i.test(text)) return true;
  if (/^(?:0|f|false)$/i.test(text)) return false;
  throw new FlagError(`invalid boolean value "${text}" for -${name}: parse error`);
}

function valuesOf(
  byName: ReadonlyMap<string, Flag>,
  given: ReadonlyMap<Flag, Value>,
  environment: Environment,
): FlagValues {
  const valueOf = (name: string): Value | undefined => {
    const flag = byName.get(name);
    if (flag === undefined) throw new Error(`no option is called ${name}`);
    return given.get(flag) ?? valueFromEnvironment(flag, environment);
  };
  const valueOrDefault = (name: string) => valueOf(name) ?? byName.get(name)?.value;
  return {
    on: (name) => valueOrDefault(name) === true,
    text: (name) => String(valueOrDefault(name) ?? ''),
    number: (name) => Number(valueOrDefault(name) ?? 0),
    list: (name) => {
      const value = valueOrDefault(name);
      return Array.isArray(value) ? value : [];
    },
    given: (name) => valueOf(name) !== undefined,
  };
}

function valueFromEnvironment(flag: Flag, environment: Environment): Value | undefined {
  const text = flag.env === undefined ? undefined : environment[flag.env];
  if (flag.env === undefined || text === undefined || text === '') return undefined;
  if (flag.kind === 'list') return text.split(',').map((part) => part.trim());
  if (flag.kind === 'number') return readNumber(flag.names[0], text);
  return flag.kind === 'boolean' ? readBoolean(flag.names[0], text) : text;
}
