import type { CommandDescription } from './context.ts';
import { Failure } from './failure.ts';

/** Returns the command of that name. An unknown name is a {@link Failure}. */
export function findCommand(
  program: string,
  commands: readonly CommandDescription[],
  name: string,
): CommandDescription {
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) {
    throw new Failure(
      `${program}: '${name}' is not a ${program} command. See '${program} --help'.`,
    );
  }
  return command;
}
