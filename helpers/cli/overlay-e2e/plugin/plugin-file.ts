import { lstat, mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isSea } from 'node:sea';
import { configFolder } from '../../../docker/endpoints/docker-contexts.ts';
import { HarnessError } from '../../../process/errors/harness-error.ts';
import { describeSystemError } from '../../../process/errors/system-error.ts';
import { writeAtomically } from '../../../process/files/write-atomically.ts';
import { commandLine } from '../../../process/run-command.ts';
import { pluginWord } from './enter-plugin.ts';

/** The second line of each file that `plugin install` writes; other files stay unchanged. */
const mark = '# Written by "overlay-e2e plugin install".';

/** Returns the file of the plugin: of this user, or of all users. */
export function pluginFile(isOfSystem: boolean, env: NodeJS.ProcessEnv = process.env): string {
  const folder = isOfSystem ? '/usr/local/lib/docker' : configFolder(env);
  return join(folder, 'cli-plugins/docker-overlay');
}

/** Writes the plugin: a script that starts this program. */
export async function installPlugin(file: string): Promise<void> {
  const tried = `install ${file}`;
  if ((await stateOf(file, tried)) === 'foreign') throw foreign(tried, file);
  const [program = '', ...words] = ownProgram();
  const start = commandLine(program, [...words, pluginWord]);
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o755 });
  } catch (cause) {
    throw unwritable(tried, cause);
  }
  await writeAtomically(file, `#!/bin/sh\n${mark}\nexec ${start} "$@"\n`, 0o755);
}

/** Removes the plugin. Returns false if it does not exist. */
export async function uninstallPlugin(file: string): Promise<boolean> {
  const tried = `uninstall ${file}`;
  const state = await stateOf(file, tried);
  if (state === 'foreign') throw foreign(tried, file);
  if (state === 'missing') return false;
  await rm(file).catch((cause: unknown) => {
    throw unwritable(tried, cause);
  });
  return true;
}

async function stateOf(file: string, tried: string): Promise<'own' | 'foreign' | 'missing'> {
  try {
    const found = await lstat(file);
    // A link, a folder or a program: install writes a small file.
    if (!found.isFile() || found.size > 10_000) return 'foreign';
    return (await readFile(file, 'utf8')).split('\n')[1] === mark ? 'own' : 'foreign';
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return 'missing';
    throw unwritable(tried, cause);
  }
}

/** Returns the command that starts this program: the executable, or Node.js with the started file. */
function ownProgram(): string[] {
  return isSea() ? [process.execPath] : [process.execPath, resolve(process.argv[1] ?? '')];
}

function foreign(tried: string, file: string): HarnessError {
  return new HarnessError({
    code: 'name-taken',
    tried,
    observed: '"overlay-e2e plugin install" did not write this file',
    hint: `move it away if you do not need it: ${commandLine('mv', [file, `${file}.old`])}`,
  });
}

function unwritable(tried: string, cause: unknown): HarnessError {
  return new HarnessError({
    code: 'folder-unwritable',
    tried,
    observed: describeSystemError(cause) ?? String(cause),
    hint: 'run it as a user who may write there',
    cause,
  });
}
