import { isSea } from 'node:sea';
import { commandLine } from './run-command.ts';

let own: readonly string[] = isSea() ? ['overlay-e2e'] : ['npx', 'overlay-e2e'];

/** Names the words that start this program, for the commands that it suggests: `docker overlay`. */
export function nameOwnCommand(words: readonly string[]): void {
  own = words;
}

/** Returns a command of this program as the user would type it: `npx overlay-e2e check`. */
export function ownCommandLine(...words: readonly string[]): string {
  const [file = '', ...first] = own;
  return commandLine(file, [...first, ...words]);
}
