import { randomUUID } from 'node:crypto';
import { glob, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { test as base, describe, expect } from 'vitest';
import { cacheFolder } from '../../helpers/debian/cache/cache.ts';
import { runCommand } from '../../helpers/process/run-command.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import { sha256 } from '../../helpers/debian/images/pack-layer.ts';
import { buildImage } from '../../helpers/debian/images/recipe.ts';
import { specRecipe } from './spec-recipe.ts';

const IMAGES = join(cacheFolder(), 'images');

interface Bench {
  /** A unique name of an image. */
  readonly name: string;
  /** A file on which the image's name depends. */
  readonly source: string;
}

const test = base.extend<{ bench: Bench }>({
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  bench: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'image-builds-'));
    const name = `spec-${randomUUID()}`;
    const source = join(folder, 'source');
    await writeFile(source, 'one');
    await use({ name, source });
    await rm(folder, { recursive: true });
    for (const entry of await entriesOf(name)) await rm(join(IMAGES, entry), { recursive: true });
  },
});

async function entriesOf(name: string): Promise<string[]> {
  const all = await readdir(IMAGES).catch((): string[] => []);
  return all.filter((entry) => entry.startsWith(name));
}

/** Returns the processes, of any namespace, with a word in their command line. */
async function processesWith(word: string): Promise<string[]> {
  return await filesWith('/proc/[0-9]*/cmdline', word);
}

/** Returns the processes that see a mount with a word in its path. */
async function mountsWith(word: string): Promise<string[]> {
  return await filesWith('/proc/[0-9]*/mountinfo', word);
}

async function filesWith(pattern: string, word: string): Promise<string[]> {
  const files = await Array.fromAsync(glob(pattern));
  // A process that ends during the search is skipped.
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  return files.filter((_, index) => texts[index]?.includes(word));
}

describe('the name of an image', () => {
  test('does not change with the same content, and the image is built once', async ({
    bench: { name, source },
  }) => {
    const recipe = specRecipe(
      name,
      source,
      'date +%N > /time; cat /proc/sys/kernel/random/uuid > /id',
    );
    const archive = await buildImage(recipe);
    const before = await sha256(archive);
    await utimes(source, 1, 1);
    expect(await buildImage(recipe)).toBe(archive);
    // A new build would have another ID inside.
    expect(await sha256(archive)).toBe(before);
    expect(await entriesOf(name)).toHaveLength(1);
  });

  test('changes with a source or the defaults of its containers', async ({
    bench: { name, source },
  }) => {
    const first = await buildImage(specRecipe(name, source, 'true'));
    await writeFile(source, 'two');
    const second = await buildImage(specRecipe(name, source, 'true'));
    expect(second).not.toBe(first);
    const third = await buildImage(specRecipe(name, source, 'true', { Cmd: ['bash'] }));
    expect([first, second]).not.toContain(third);
    await writeFile(source, 'one');
    expect(await buildImage(specRecipe(name, source, 'true'))).toBe(first);
  });
});

test('two builds of the same image are identical files, at any time and in any order', async ({
  bench: { name, source },
}) => {
  const write = (files: string) =>
    specRecipe(name, source, `for file in ${files}; do echo $file > /$file; done`);
  const archive = await buildImage(write('b a c'));
  const digest = await sha256(archive);
  await rm(join(archive, '..'), { recursive: true });
  expect(await buildImage(write('c b a'))).toBe(archive);
  expect(await sha256(archive)).toBe(digest);
});

describe('a build', () => {
  test("has no access to this machine's network and processes, and writes only to its layer", async ({
    bench: { name, source },
  }) => {
    // Most kernels create a loopback device in every new namespace, and some create more: sit0, tunl0.
    const links = `sed 1,2d /proc/net/dev | cut -d: -f1 | tr -d ' '`;
    const { stdout: fresh } = await runCommand('unshare', ['--net', 'sh', '-c', links]);
    expect(fresh).toMatch(/^lo$/m);
    const look = `
      [ "$(ls /sys/class/net 2> /dev/null; ${links})" = '${fresh.trim()}' ]
      [ -z "$(ps -o pid= -o comm= | awk '$1 > 1 && $2 !~ /bash|ps|awk/')" ]
      echo ${name} > /usr/bin/${name}
    `;
    await buildImage(specRecipe(name, source, look));
    const found = await Array.fromAsync(
      glob(`{/usr/bin,${cacheFolder()}/image-parts/*/root/usr/bin}/${name}`),
    );
    expect(found).toEqual([]);
  });

  test('reports its failure in one line, and leaves nothing', async ({
    bench: { name, source },
  }) => {
    // A process that would run forever remains.
    const script = `bash -c 'mkfifo /tmp/never; read < /tmp/never' & echo no such thing >&2; exit 3`;
    const failed = buildImage(specRecipe(name, source, script));
    await expect(failed).rejects.toThrow(`script of ${name}: exit code 3, "no such thing"`);
    expect(await entriesOf(name)).toEqual([]);
    expect(await processesWith(name)).toEqual([]);
    expect(await mountsWith(name)).toEqual([]);
  });

  test('leaves no process and no mount when it is killed, and the next build removes the rest', async ({
    bench: { name, source },
  }) => {
    const program = join(import.meta.dirname, 'spec-recipe.ts');
    const script = 'exec tail -f /dev/null';
    const run = execa(process.execPath, [program, name, source, script], { reject: false });
    await waitFor(
      'the build that will be killed: running',
      async () => ((await mountsWith(name)).length > 0 ? done(undefined) : notYet('no mount')),
      { limit: 60_000 },
    );
    run.kill('SIGKILL');
    await run;
    await waitFor(
      'the killed build: gone',
      async () => {
        const left = [...(await processesWith(name)), ...(await mountsWith(name))];
        return left.length === 0 ? done(undefined) : notYet(left.join(', '));
      },
      { limit: 60_000 },
    );
    expect(await entriesOf(name)).toEqual([expect.stringContaining('.begun-')]);

    const archive = await buildImage(specRecipe(name, source, 'true'));
    expect(await entriesOf(name)).toEqual([archive.split('/').at(-2)]);
    const { stdout } = await runCommand('tar', ['--list', '--file', archive]);
    expect(stdout).toMatch(/^manifest\.json$/m);
  });
});
