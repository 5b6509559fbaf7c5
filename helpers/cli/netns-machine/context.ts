import type { Flag, FlagValues } from './flags.ts';

/** A command: its help, options and code. */
export interface CommandDescription {
  readonly name: string;
  readonly summary: string;
  /** A sentence about its arguments. */
  readonly description?: string;
  readonly flags: readonly Flag[];
  /** True if the command parses its own words: `ssh` passes them on, and the options of `create` depend on the driver. */
  readonly readsWords?: boolean;
  /** True if docker-machine does not have the command; it is hidden if the program is called by that name. */
  readonly own?: boolean;
  readonly load: () => Promise<RunCommand>;
}

/** The input of a command. */
export interface CommandContext {
  /** The name that the program was called by: it also answers to `docker-machine`. */
  readonly program: string;
  /** The whole command line behind the program's name, as it was typed. */
  readonly words: readonly string[];
  readonly command: CommandDescription;
  /** All commands of the program. */
  readonly commands: readonly CommandDescription[];
  readonly flags: FlagValues;
  readonly global: FlagValues;
  /** The arguments after the options. */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder with `machines/` and `certs/`. */
  readonly storage: string;
}

/** Runs a command; an exit code other than 0 is a {@link Failure} or the returned number. */
export type RunCommand = (context: CommandContext) => Promise<number | void>;

/** Prints a line on stdout. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Prints a line on stderr. */
export function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}
