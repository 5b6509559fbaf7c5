import { stripVTControlCharacters } from 'node:util';

/** A stack without the frames of Node.js and of packages, and with paths from the project's own folder. */
export function ownFrames(stack: string, root = process.cwd()): string {
  return (
    stripVTControlCharacters(stack)
      .split('\n')
      .filter((line) => !/^\s*at .*(node_modules\/|[( ]node:|new Promise )/.test(line))
      .join('\n')
      // Vitest imports a file again by another address.
      .replaceAll(/\?vitest=\d+/g, '')
      .replaceAll(`file://${root}/`, '')
      .replaceAll(`${root}/`, '')
  );
}
