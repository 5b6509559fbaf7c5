import { realpath } from 'node:fs/promises';
import { isSea } from 'node:sea';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runCommand } from '../../process/run-command.ts';
import type { Position } from './json-source.ts';

/** Returns the position in a module from which an error of its import came; undefined if it is unknown. */
export async function findModuleFailure(
  file: string,
  error: unknown,
): Promise<Position | undefined> {
  if (!(error instanceof Error)) return undefined;
  const path = await realpath(file);
  const found = findCaret(error.stack ?? '', path) ?? findFrame(error.stack ?? '', path);
  if (found !== undefined || !(error instanceof SyntaxError)) return found;
  // The single executable runs only its own programs.
  if (isSea()) return undefined;
  // For invalid JavaScript, Node reports the position only if the file is its main program.
  const checked = await runCommand(process.execPath, ['--check', path], { expect: 'any' });
  return findCaret(checked.stderr, path);
}

/**
 * Finds the line and column in a quotation with a line number above and a caret below, as Node and its TypeScript
 * parser print it.
 */
function findCaret(text: string, path: string): Position | undefined {
  const [head = '', ...below] = text.split('\n');
  const [, place = '', line = ''] = /^(.*):(\d+)$/.exec(head) ?? [];
  const caret = below.find((one) => /^\s*\^+\s*$/.test(one));
  if (toPath(place) !== path || caret === undefined) return undefined;
  return { line: Number(line), column: caret.indexOf('^') + 1 };
}

/** Returns the position of the first stack frame in the file. */
function findFrame(stack: string, path: string): Position | undefined {
  const { href } = pathToFileURL(path);
  const [, behind = ''] = stack.split(`${href}:`);
  const [, line, column] = /^(\d+):(\d+)/.exec(behind) ?? [];
  return line === undefined ? undefined : { line: Number(line), column: Number(column) };
}

function toPath(place: string): string {
  return place.startsWith('file://') ? fileURLToPath(place) : place;
}
