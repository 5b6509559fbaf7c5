import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InputError } from '../../process/errors/input-error.ts';
import { describeSystemError } from '../../process/errors/system-error.ts';
import { ownCommandLine } from '../../process/own-command.ts';
import { nextLines } from '../../report/run/next-steps.ts';
import { reportFailure } from './failure.ts';
import { projectFiles } from './init/project-files.ts';

/** Options of `overlay-e2e init`. */
export interface InitOptions {
  /** Also writes a workflow for GitHub Actions. */
  readonly workflow?: boolean;
}

/**
 * Runs `overlay-e2e init` in the working directory and returns the exit code. An existing file stays unchanged, and
 * makes the command fail.
 */
export async function runInit({ workflow = false }: InitOptions): Promise<number> {
  const kept: string[] = [];
  try {
    for (const { path, content, does, ifThere } of await projectFiles({ workflow })) {
      if (await writeNew(path, content)) console.log(`✔ ${path}: ${does}`);
      else {
        kept.push(path);
        console.log(`✖ ${path}: exists, unchanged${ifThere === undefined ? '' : `. ${ifThere}`}`);
      }
    }
  } catch (error) {
    return reportFailure(error);
  }
  const run = { type: ownCommandLine('test'), does: 'as root: brings the cluster up and tests it' };
  for (const line of nextLines([run])) console.log(line);
  return kept.length === 0 ? 0 : 1;
}

/** Returns false if the file exists. */
async function writeNew(path: string, content: string): Promise<boolean> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content, { flag: 'wx' });
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new InputError({
      code: 'folder-unwritable',
      subject: path,
      observed: describeSystemError(cause) ?? String(cause),
      cause,
    });
  }
}
