import { extname, join } from 'node:path';
import { readVariable } from '../environment.ts';

/**
 * Returns the command that runs a program outside of a keeper's namespaces, which have no way to other networks. Anywhere
 * else it is the program itself. Output, exit code and descriptor 3 are the program's; it gets no input.
 */
export function outsideCommand(
  file: string,
  args: readonly string[],
): [file: string, args: string[]] {
  const socket = readVariable('OVERLAY_E2E_OUTSIDE');
  if (socket === undefined) return [file, [...args]];
  // JavaScript in the npm package.
  const program = `run-outside${extname(import.meta.filename)}`;
  return [process.execPath, [join(import.meta.dirname, program), socket, file, ...args]];
}
