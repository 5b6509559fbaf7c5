import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { execa } from 'execa';
import { HarnessError } from '../../helpers/process/errors/harness-error.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import { tail } from '../../helpers/process/run-command.ts';
import type { Mine } from './mine.ts';

const spec = 'specs/mine/overlay.spec.ts';

/** A watch on the specs of `mine`. */
export interface Watch extends AsyncDisposable {
  /** Waits until it has printed this since the last change. */
  says(words: RegExp): Promise<void>;
  /** Replaces text in the spec file. */
  change(words: string, others: string): Promise<void>;
  /** Ends it with SIGTERM, and returns its exit code. */
  end(): Promise<number | undefined>;
}

/** Starts the command of docs/own-specs.md on the running topology. */
export function startWatch({ folder, store: { env } }: Mine): Watch {
  // With --watch, because `npx vitest` only detects watch mode on a terminal.
  const vitest = join(folder, 'node_modules/vitest/vitest.mjs');
  // Runs: E2E_REUSE=1 npx vitest --project mine specs/mine/overlay.spec.ts
  const child = execa(process.execPath, [vitest, '--watch', '--project', 'mine', spec], {
    cwd: folder,
    env: { ...env, E2E_REUSE: '1' },
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    all: true,
    buffer: false,
  });
  let [said, hasEnded] = ['', false];
  child.all.setEncoding('utf8').on('data', (text: string) => {
    said += stripVTControlCharacters(text);
  });
  const ended = child.then(({ exitCode }) => {
    hasEnded = true;
    return exitCode;
  });
  const end = async () => {
    if (!hasEnded) child.kill('SIGTERM');
    return await ended;
  };
  return {
    end,
    says: async (expected) => {
      await waitFor(
        `the watch prints ${expected.source}`,
        async () => {
          if (expected.test(said)) return done(undefined);
          if (!hasEnded) return notYet(tail(said, 3));
          const observed = 'it ended before';
          throw new HarnessError({
            code: 'command-failed',
            tried: `watch ${spec}`,
            observed,
            evidence: said,
          });
        },
        { limit: 240_000, fatal: () => hasEnded, evidence: async () => said },
      );
    },
    change: async (expected, others) => {
      const file = join(folder, spec);
      const text = await readFile(file, 'utf8');
      if (!text.includes(expected)) throw new Error(`${spec} does not contain "${expected}"`);
      said = '';
      await writeFile(file, text.replace(expected, others));
    },
    [Symbol.asyncDispose]: async () => {
      await end();
    },
  };
}
