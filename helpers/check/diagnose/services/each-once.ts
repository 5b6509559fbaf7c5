import type { Command } from '../../model/command.ts';

/** Returns these commands without repetitions; undefined if one of them is unknown. */
export function eachOnce(commands: readonly (Command | undefined)[]): Command[] | undefined {
  const known = commands.filter((command) => command !== undefined);
  if (known.length < commands.length) return undefined;
  return [...new Map(known.map((command) => [command.join(' '), command])).values()];
}
