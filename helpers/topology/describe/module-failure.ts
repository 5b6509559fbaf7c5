import { realpath } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runCommand } from '../../process/run-command.ts';
import type { Position } from './json-source.ts';

/** Where in a module an error that its import threw comes from; undefined when that is not known. */
export async function findModuleFailure(
  file: string,
  error: unknown,
): Promise<Position | undefined> {
  if (!(error instanceof Error)) return undefined;
  const path = await realpath(file);
  const found = findCaret(error.stack ?? '', path) ?? findFrame(error.stack ?? '', path);
  if (found !== undefined || !(error instanceof SyntaxError)) return found;
  // Of JavaScript that is no JavaScript Node says the place only where the file is its main program.
  const checked = await runCommand(process.execPath, ['--check', path], { expect: 'any' });
  return findCaret(checked.stderr, path);
}

/** A quotation with the line's number above it and a caret below, as Node and its TypeScript parser print it. */
function findCaret(text: string, path: string): Position | undefined {
  const [head = '', ...below] = text.split('\n');
  const [, place = '', line = ''] = /^(.*):(\d+)$/.exec(head) ?? [];
  const caret = below.find((one) => /^\s*\^+\s*$/.test(one));
  if (toPath(place) !== path || caret === undefined) return undefined;
  return { line: Number(line), column: caret.indexOf('^') + 1 };
}

/** The first of the calls on an error's stack that is in the file. */
function findFrame(stack: string, path: string): Position | undefined {
  const { href } = pathToFileURL(path);
  const [, behind = ''] = stack.split(`${href}:`);
  const [, line, column] = /^(\d+):(\d+)/.exec(behind) ?? [];
  return line === undefined ? undefined : { line: Number(line), column: Number(column) };
}

function toPath(place: string): string {
  return place.startsWith('file://') ? fileURLToPath(place) : place;
}
