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

/** A tar file as `docker save` writes it, as far as anybody looks into it here. */
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
  test('is loaded under the tag that is written in it', async () => {
    const archive = await saveFile(saved('mine/app:2'));
    expect(await choose(archive)).toEqual({ tag: 'mine/app:2', archive });
  });

  test('may be compressed', async () => {
    const archive = await saveFile(saved('mine/app:2'), ['--gzip']);
    expect(await choose(archive)).toEqual({ tag: 'mine/app:2', archive });
  });

  test('is loaded under the tutorial’s tag when it has several', async () => {
    const archive = await saveFile(saved('mine/app:2', USUAL));
    expect(await choose(archive)).toEqual({ tag: USUAL, archive });
  });
});

describe('a wrong choice is told in one line', () => {
  test.each([
    ['/nowhere/app.tar', /there is no file \/nowhere\/app\.tar. Give the path of a file/],
    ['app.tar.gz', /there is no file \/.*\/app\.tar\.gz. Give the path/],
    ['Not A Tag', /it is neither a file nor a tag. Give the path of a file that docker save wrote/],
    ['UPPER/case', /it is neither a file nor a tag/],
  ])('%s', async (words, line) => {
    const start = `E2E_TOMCAT_IMAGE=${words}: `;
    const error = await choose(words).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'HarnessError', message: expect.stringMatching(line) });
    expect((error as Error).message.startsWith(start)).toBe(true);
    expect((error as Error).message).not.toContain('\n');
  });

  test('a tar file that docker save did not write', async () => {
    const file = await saveFile('{}');
    await expect(choose(file)).rejects.toThrow(/it is no file of docker save: .*docker export/);
    await runCommand('tar', ['--delete', '--file', file, 'manifest.json']);
    await expect(choose(file)).rejects.toThrow(/it is no file of docker save/);
  });

  test('a file that is no tar file', async () => {
    await expect(choose(import.meta.filename)).rejects.toThrow(/it is no file of docker save/);
  });

  test('an image without a tag', async () => {
    const file = await saveFile('[{"Config":"c","RepoTags":null,"Layers":[]}]');
    await expect(choose(file)).rejects.toThrow(/the image in it has no tag\. Write it with/);
  });

  test('several images, none of them the tutorial’s', async () => {
    const file = await saveFile(saved('mine/app:1', 'mine/app:2'));
    await expect(choose(file)).rejects.toThrow(/it has mine\/app:1, mine\/app:2\. Write it with/);
  });
});

describe('where images come from', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test('E2E_IMAGES=pull leaves the tutorial’s own to the engines', async () => {
    vi.stubEnv('E2E_IMAGES', 'pull');
    expect(await prepareImage('mysql')).toEqual({ tag: 'docam/mysql-cont:latest' });
  });

  test('a provider may leave them to the engines unless E2E_IMAGES says otherwise', async () => {
    vi.stubEnv('E2E_IMAGES', '');
    expect(await prepareImage('consul', 'pull')).toEqual({ tag: 'progrium/consul:latest' });
  });

  test('the engines cannot be left what the tutorial has no image of, unless the user names one', async () => {
    vi.stubEnv('E2E_IMAGES', 'pull');
    vi.stubEnv('XDG_CACHE_HOME', '/dev/null');
    // It would be made here: in a cache that cannot be.
    await expect(prepareImage('etcd')).rejects.toThrow('/dev/null');
    await expect(prepareImage('zookeeper')).rejects.toThrow('/dev/null');
    vi.stubEnv('E2E_ETCD_IMAGE', 'quay.example/coreos/etcd:v3.3.27');
    vi.stubEnv('E2E_ZOOKEEPER_IMAGE', 'zookeeper:3.8');
    expect(await prepareImage('etcd')).toEqual({ tag: 'quay.example/coreos/etcd:v3.3.27' });
    expect(await prepareImage('zookeeper')).toEqual({ tag: 'zookeeper:3.8' });
  });

  test('what the user chose for one image comes before all', async () => {
    vi.stubEnv('E2E_MYSQL_IMAGE', 'mysql:8');
    expect(await prepareImage('mysql', 'build')).toEqual({ tag: 'mysql:8' });
  });

  test('E2E_IMAGES with another word is told in one line', async () => {
    vi.stubEnv('E2E_IMAGES', 'fetch');
    await expect(prepareImage('mysql')).rejects.toThrow(
      /^E2E_IMAGES=fetch: no such way\. «build» makes the images here, «pull» lets/,
    );
  });
});
