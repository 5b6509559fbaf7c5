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
  /** Returns once it has said that since the last change. */
  says(words: RegExp): Promise<void>;
  /** Saves the spec file with other words in it. */
  change(words: string, others: string): Promise<void>;
  /** Ends it by SIGTERM, and gives its exit code. */
  end(): Promise<number | undefined>;
}

/** Starts what docs/own-specs.md tells to type, on the topology that stands. */
export function startWatch({ folder, store: { env } }: Mine): Watch {
  // Told to watch, where `npx vitest` sees by its terminal that it is to.
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
        `the watch says ${expected.source}`,
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
        { limit: 120_000, fatal: () => hasEnded, evidence: async () => said },
      );
    },
    change: async (expected, others) => {
      const file = join(folder, spec);
      const text = await readFile(file, 'utf8');
      if (!text.includes(expected)) throw new Error(`${spec} has no «${expected}»`);
      said = '';
      await writeFile(file, text.replace(expected, others));
    },
    [Symbol.asyncDispose]: async () => {
      await end();
    },
  };
}
