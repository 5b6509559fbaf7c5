import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test as base, describe, expect } from 'vitest';
import { runCommand } from '../../helpers/process/run-command.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';

const key = 'things/one-1';

const test = base
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  .extend('home', async ({}, { onCleanup }) => {
    const home = await mkdtemp(join(tmpdir(), 'cache-'));
    onCleanup(() => rm(home, { recursive: true }));
    return home;
  })
  .extend('bench', ({ home }) => new Bench(home));

describe('cached content', () => {
  test('is built by one of two parallel runs; the other waits and says so', async ({ bench }) => {
    const first = bench.fill();
    await bench.begun(1);
    expect(existsSync(bench.folder), 'it is visible before it is complete').toBe(false);
    const second = bench.fill();
    await second.says('wait: filling things/one-1: another run is at it');
    await bench.letGo();
    for (const run of [first, second]) {
      expect(await run.end()).toMatchObject({ code: 0 });
      expect(run.output()).toContain(`filled: ${bench.folder}\n`);
    }
    expect(bench.makers()).toHaveLength(1);
    expect(bench.left()).toEqual(['one-1']);
    expect(readdirSync(bench.folder).sort((a, b) => a.localeCompare(b))).toEqual(['first', 'last']);
    expect(bench.locks()).toEqual([]);
  });

  test('is not built again by the next run', async ({ bench }) => {
    await bench.letGo();
    await bench.fill().end();
    const again = bench.fill();
    expect(await again.end()).toMatchObject({ code: 0 });
    expect(again.output()).toBe(`filled: ${bench.folder}\n`);
    expect(bench.makers()).toHaveLength(1);
  });

  test('is built by the next run if the first was killed, and nothing else remains', async ({
    bench,
  }) => {
    const first = bench.fill();
    await bench.begun(1);
    first.kill();
    await first.end();
    expect(bench.left()).toEqual([expect.stringMatching(/^one-1\.begun-/)]);
    await bench.letGo();
    const second = bench.fill();
    expect(await second.end()).toMatchObject({ code: 0 });
    expect(bench.makers()).toHaveLength(2);
    expect(bench.left()).toEqual(['one-1']);
  });

  test('is built by a waiting run if the building run is killed', async ({ bench }) => {
    const first = bench.fill();
    await bench.begun(1);
    const second = bench.fill();
    await second.says('another run is at it');
    first.kill();
    await bench.begun(2);
    await bench.letGo();
    expect(await second.end()).toMatchObject({ code: 0 });
    expect(bench.left()).toEqual(['one-1']);
    expect(bench.locks()).toEqual([]);
  });

  test('is built again after damage, and then reused', async ({ bench }) => {
    await bench.letGo();
    await bench.fill().end();
    await writeFile(join(bench.folder, 'first'), 'fi');
    for (let run = 0; run < 2; run += 1)
      expect(await bench.fill().end()).toMatchObject({ code: 0 });
    expect(bench.makers()).toHaveLength(2);
    expect(readFileSync(join(bench.folder, 'first'), 'utf8')).toBe('first');
  });

  test.for([0o000, 0o077])(
    'is accessible to its owner only, with any umask (%o), but its files are readable',
    async (umask, { home, bench }) => {
      await bench.letGo();
      expect(await bench.fill(umask).end()).toMatchObject({ code: 0 });
      expect(modeOf(join(home, 'overlay-e2e'))).toBe('700');
      expect(modeOf(join(home, 'overlay-e2e/things'))).toBe('700');
      expect(modeOf(bench.folder)).toBe('755');
      expect(modeOf(join(bench.folder, 'first'))).toBe('644');
    },
  );

  test.for<[string, (folder: string) => Promise<void>, RegExp]>([
    [
      'that others may write',
      (folder) => chmod(folder, 0o777),
      /^use the cache \S+: other users may write to it \(mode 777\). Inspect its content, then chmod -R go-w/,
    ],
    [
      'of another user',
      (folder) => chown(folder, 4711, 4711),
      /^use the cache \S+: it belongs to user 4711, and this is user 0. Set XDG_CACHE_HOME/,
    ],
  ])('a cache %s is rejected', async ([, spoil, told], { home, bench }) => {
    await bench.letGo();
    await bench.fill().end();
    await spoil(join(home, 'overlay-e2e'));
    const run = bench.fill();
    expect(await run.end()).toMatchObject({ code: 1 });
    expect(run.errors()).toMatch(told);
  });

  test('a cache with a colon in its path is rejected', async ({ home }) => {
    const bench = new Bench(join(home, 'a:b'));
    const run = bench.fill();
    expect(await run.end()).toMatchObject({ code: 1 });
    expect(run.errors()).toMatch(
      /^use the cache \S+: the path contains a colon .*. Set XDG_CACHE_HOME to a folder without them\.\n$/,
    );
  });

  test('a full disk is an error of one line, and no incomplete content remains', async ({
    home,
    bench,
  }) => {
    await runCommand('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'small', home]);
    try {
      await bench.letGo();
      const run = bench.fill();
      expect(await run.end()).toMatchObject({ code: 1 });
      expect(run.errors()).toMatch(
        /^filling things\/one-1: no space left for the cache \S+\/overlay-e2e, on a disk of 3 MB. Free space there, or set XDG_CACHE_HOME to a folder with more\.\n$/,
      );
      expect(bench.left()).toEqual([]);
      const { bavail, blocks } = await statfs(home);
      expect(bavail / blocks).toBeGreaterThan(0.9);
    } finally {
      await runCommand('umount', [home]);
    }
  });
});

function modeOf(file: string): string {
  return (statSync(file).mode & 0o777).toString(8);
}

/** A separate cache, and the runs that fill it. */
class Bench {
  readonly #home: string;
  readonly #log: string;
  readonly #go: string;
  readonly folder: string;

  constructor(home: string) {
    this.#home = home;
    this.#log = join(home, 'log');
    this.#go = join(home, 'go');
    this.folder = join(home, 'overlay-e2e', key);
  }

  fill(umask = 0o022) {
    const words = [join(import.meta.dirname, 'fill.ts'), key, this.#log, this.#go];
    const script = `umask ${umask.toString(8)}; exec "$0" "$@"`;
    const child = spawn('sh', ['-c', script, process.execPath, ...words], {
      env: { ...process.env, XDG_CACHE_HOME: this.#home },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const ended = once(child, 'close').then(([code]) => ({ code: code as number | null }));
    const wrote = text(child.stderr).then((all) => (errors = all));
    return {
      output: () => output,
      errors: () => errors,
      kill: () => child.kill('SIGKILL'),
      end: async () => {
        await wrote;
        return await ended;
      },
      says: async (line: string) => {
        await waitFor(
          `the run prints "${line}"`,
          async () => (output.includes(line) ? done(undefined) : notYet(output)),
          { limit: 60_000 },
        );
      },
    };
  }

  /** Waits until this number of runs have begun to build. */
  async begun(count: number): Promise<void> {
    await waitFor(
      `${count} runs have begun`,
      async () =>
        this.makers().length === count ? done(undefined) : notYet(`${this.makers().length} have`),
      { limit: 60_000 },
    );
  }

  async letGo(): Promise<void> {
    await writeFile(this.#go, '');
  }

  makers(): string[] {
    const log = existsSync(this.#log) ? readFileSync(this.#log, 'utf8') : '';
    return log.split('\n').filter((line) => line !== '');
  }

  locks(): string[] {
    return readdirSync(join(this.#home, 'overlay-e2e/locks'));
  }

  left(): string[] {
    return readdirSync(join(this.#home, 'overlay-e2e/things'));
  }
}
