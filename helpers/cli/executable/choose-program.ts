import { basename, dirname, join } from 'node:path';

/** The program that a call of the executable means. */
export interface ChosenProgram {
  /** The name of its file in the unpacked folder, without extension. */
  readonly file: string;
  /** The arguments after the file. */
  readonly words: readonly string[];
}

/** Programs that this project starts as its own child processes: `[process.execPath, [FILE, …]]`. */
export const childPrograms: Readonly<Record<string, string>> = {
  'helpers/cli/rootless.js': 'rootless',
  'helpers/process/outside/run-outside.js': 'run-outside',
  'overlay-e2e.js': 'overlay-e2e',
  'netns-machine.js': 'netns-machine',
};

/**
 * Chooses a program as a link or copy with another name does: the executable is `overlay-e2e`, and also
 * `netns-machine`, `docker-machine`, and `docker-overlay`, the plugin of Docker's command line.
 *
 * @param calledAs the first word of the process, as its caller wrote it
 * @param folder the unpacked folder
 */
export function chooseProgram(
  calledAs: string,
  words: readonly string[],
  folder: string,
): ChosenProgram {
  const [first = '', ...others] = words;
  const child = Object.keys(childPrograms).find((path) => join(folder, path) === first);
  if (child !== undefined) return { file: childPrograms[child] ?? '', words: others };
  const name = basename(calledAs);
  if (name === 'docker-overlay') return { file: 'overlay-e2e', words: ['docker-plugin', ...words] };
  if (name === 'netns-machine' || name === 'docker-machine') {
    return { file: 'netns-machine', words: [name, ...words] };
  }
  return { file: 'overlay-e2e', words };
}

/** Returns the unpacked folder of a child program that another process of the same executable starts. */
export function folderOfChild(first: string | undefined, digest: string): string | undefined {
  for (const path of Object.keys(childPrograms)) {
    if (first?.endsWith(`/${path}`) !== true) continue;
    const folder = first.slice(0, -path.length - 1);
    // Also a folder for one call has the digest in its name.
    if (basename(folder).startsWith(digest) || basename(dirname(folder)) === digest) return folder;
  }
  return undefined;
}
