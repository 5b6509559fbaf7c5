import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { findProgram } from '../../process/files/find-program.ts';

/**
 * Runs a command by the npm package that the working directory has, and returns its exit code: tests and their reports
 * need Vitest and Allure, which the single executable does not contain.
 */
export async function runByPackage(command: string, words: readonly string[]): Promise<number> {
  const node = findProgram('node');
  const folder = findPackage();
  if (node === undefined || folder === undefined) {
    throw new HarnessError({
      code: 'package-missing',
      tried: `${command} in ${resolve()}`,
      observed: `the executable has no Vitest and no Allure, and ${node === undefined ? 'Node.js' : 'the npm package overlay-e2e'} is not installed here`,
      hint: `${node === undefined ? 'install Node.js, and ' : ''}run "npm install --save-dev overlay-e2e vitest"`,
    });
  }
  const program = join(folder, 'helpers/cli/bin/overlay-e2e.js');
  const child = spawn(node, [program, command, ...words], { stdio: 'inherit' });
  const [exitCode] = (await once(child, 'exit')) as [number | null];
  return exitCode ?? 1;
}

function findPackage(): string | undefined {
  try {
    return dirname(createRequire(resolve('package.json')).resolve('overlay-e2e/package.json'));
  } catch {
    return undefined;
  }
}
