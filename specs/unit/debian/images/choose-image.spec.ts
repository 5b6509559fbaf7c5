import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { runCommand } from '../../../../helpers/process/run-command.ts';
import { chooseImage } from '../../../../helpers/debian/images/choose-image.ts';
import { prepareImage } from '../../../../helpers/workload/images/prepare-images.ts';

const VARIABLE = 'E2E_TOMCAT_IMAGE';
const USUAL = 'docam/tomcat:latest';
const choose = (words: string) => chooseImage(VARIABLE, words, USUAL);

/** Writes a tar file in the format of `docker save`, as far as the code under test reads it. */
async function saveFile(manifest: string, options: readonly string[] = []): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'choose-image-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'manifest.json'), manifest);
  await writeFile(join(folder, 'layer'), 'a layer');
  const file = join(folder, 'image.tar');
  await runCommand('tar', [...options, '-cf', file, '-C', folder, 'layer', 'manifest.json']);
  return file;
}

const saved = (...tags: string[]) => JSON.stringify([{ Config: 'c', RepoTags: tags, Layers: [] }]);

describe('a tag that the user chose', () => {
  test.each([
    ['docam/tomcat', 'docam/tomcat:latest'],
    ['tomcat:10', 'tomcat:10'],
    ['localhost:5000/car/app', 'localhost:5000/car/app:latest'],
    ['registry.example/car/app:1.0', 'registry.example/car/app:1.0'],
  ])('%s is pulled as %s', async (words, tag) => {
    expect(await choose(words)).toEqual({ tag });
  });
});

describe('a file that the user chose', () => {
  test('is loaded with the tag in its manifest', async () => {
    const archive = await saveFile(saved('mine/app:2'));
    expect(await choose(archive)).toEqual({ tag: 'mine/app:2', archive });
  });

  test('may be compressed', async () => {
    const archive = await saveFile(saved('mine/app:2'), ['--gzip']);
    expect(await choose(archive)).toEqual({ tag: 'mine/app:2', archive });
  });

  test('is loaded with the tutorial’s tag if it contains several', async () => {
    const archive = await saveFile(saved('mine/app:2', USUAL));
    expect(await choose(archive)).toEqual({ tag: USUAL, archive });
  });
});

describe('a wrong choice is an error of one line', () => {
  test.each([
    ['/nowhere/app.tar', /file \/nowhere\/app\.tar not found. Give the path of a file/],
    ['app.tar.gz', /file \/.*\/app\.tar\.gz not found. Give the path/],
    ['Not A Tag', /neither a file nor a tag. Give the path of a file that docker save wrote/],
    ['UPPER/case', /neither a file nor a tag/],
  ])('%s', async (words, line) => {
    const start = `E2E_TOMCAT_IMAGE=${words}: `;
    const error = await choose(words).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'HarnessError', message: expect.stringMatching(line) });
    expect((error as Error).message.startsWith(start)).toBe(true);
    expect((error as Error).message).not.toContain('\n');
  });

  test('for a tar file that docker save did not write', async () => {
    const file = await saveFile('{}');
    await expect(choose(file)).rejects.toThrow(/not a file of "docker save": .*docker export/);
    await runCommand('tar', ['--delete', '--file', file, 'manifest.json']);
    await expect(choose(file)).rejects.toThrow(/not a file of "docker save"/);
  });

  test('for a file that is not a tar file', async () => {
    await expect(choose(import.meta.filename)).rejects.toThrow(/not a file of "docker save"/);
  });

  test('for an image without a tag', async () => {
    const file = await saveFile('[{"Config":"c","RepoTags":null,"Layers":[]}]');
    await expect(choose(file)).rejects.toThrow(/the image in it has no tag\. Write it with/);
  });

  test('for several images without the tutorial’s', async () => {
    const file = await saveFile(saved('mine/app:1', 'mine/app:2'));
    await expect(choose(file)).rejects.toThrow(
      /it contains mine\/app:1, mine\/app:2. Write it with/,
    );
  });
});

describe('the source of images', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test('E2E_IMAGES=pull: engines pull the tutorial’s images', async () => {
    vi.stubEnv('E2E_IMAGES', 'pull');
    expect(await prepareImage('mysql')).toEqual({ tag: 'docam/mysql-cont:latest' });
  });

  test('a provider may let engines pull images unless E2E_IMAGES is set', async () => {
    vi.stubEnv('E2E_IMAGES', '');
    expect(await prepareImage('consul', 'pull')).toEqual({ tag: 'progrium/consul:latest' });
  });

  test('engines cannot pull images that the tutorial lacks, unless the user names one', async () => {
    vi.stubEnv('E2E_IMAGES', 'pull');
    vi.stubEnv('XDG_CACHE_HOME', '/dev/null');
    // It would be built here, but the cache cannot be written.
    await expect(prepareImage('etcd')).rejects.toThrow('/dev/null');
    await expect(prepareImage('zookeeper')).rejects.toThrow('/dev/null');
    vi.stubEnv('E2E_ETCD_IMAGE', 'quay.example/coreos/etcd:v3.3.27');
    vi.stubEnv('E2E_ZOOKEEPER_IMAGE', 'zookeeper:3.8');
    expect(await prepareImage('etcd')).toEqual({ tag: 'quay.example/coreos/etcd:v3.3.27' });
    expect(await prepareImage('zookeeper')).toEqual({ tag: 'zookeeper:3.8' });
  });

  test('an image that the user chose takes precedence', async () => {
    vi.stubEnv('E2E_MYSQL_IMAGE', 'mysql:8');
    expect(await prepareImage('mysql', 'build')).toEqual({ tag: 'mysql:8' });
  });

  test('an unknown value of E2E_IMAGES is an error of one line', async () => {
    vi.stubEnv('E2E_IMAGES', 'fetch');
    await expect(prepareImage('mysql')).rejects.toThrow(
      /^E2E_IMAGES=fetch: unknown source of images. Set it to "build" to build the images here, or to "pull" to let/,
    );
  });
});
