import { createRequire } from 'node:module';
import { isSea } from 'node:sea';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { reportFailure } from './failure.ts';
import { runByPackage } from './run-by-package.ts';

/** Runs Vitest of the working directory in this process, which then gets its exit code. Returns one if there is no Vitest. */
export async function runTest(words: readonly string[]): Promise<number | undefined> {
  try {
    if (isSea()) return await runByPackage('test', words);
    const vitest = findVitest();
    process.argv = [process.argv[0] ?? 'node', vitest, 'run', ...words];
    await import(pathToFileURL(vitest).href);
    return undefined;
  } catch (error) {
    return reportFailure(error);
  }
}

function findVitest(): string {
  const folder = createRequire(resolve('package.json'));
  try {
    return join(dirname(folder.resolve('vitest/package.json')), 'vitest.mjs');
  } catch (cause) {
    throw new HarnessError({
      code: 'package-missing',
      tried: `run the tests of ${resolve()}`,
      observed: 'Vitest is not installed',
      hint: 'run "npm install --save-dev vitest@4"',
      cause,
    });
  }
}
