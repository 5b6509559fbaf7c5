import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { mergeRepositories, seedImages } from '../../../../helpers/netns/images/image-store.ts';

const engine = { env: {} };

test('the tags of all archives exist, and the last archive wins if two contain the same tag', () => {
  const merged = mergeRepositories([
    '{"Repositories":{"app":{"app:1":"sha256:a","app:2":"sha256:b"}}}',
    '{"Repositories":{"app":{"app:2":"sha256:c"},"db":{"db:latest":"sha256:d"}}}',
  ]);

  expect(JSON.parse(merged)).toEqual({
    Repositories: {
      app: { 'app:1': 'sha256:a', 'app:2': 'sha256:c' },
      db: { 'db:latest': 'sha256:d' },
    },
  });
});

test('a missing archive is an error of one line before anything is started', async () => {
  await expect(seedImages(['/nowhere/app.tar'], '/nowhere', engine)).rejects.toThrow(
    /^image archive \/nowhere\/app\.tar: unreadable. Give the path of a file that "docker save" wrote\.$/,
  );
});

test('a folder is not an archive', async () => {
  await expect(seedImages(['/usr'], '/nowhere', engine)).rejects.toThrow(
    'image archive /usr: not a file',
  );
});

test('an engine that already has images is not seeded', async () => {
  const dataRoot = await mkdtemp(join(tmpdir(), 'image-store-'));
  onTestFinished(() => rm(dataRoot, { recursive: true }));
  await mkdir(join(dataRoot, 'image'));

  await expect(seedImages([import.meta.filename], dataRoot, engine)).rejects.toThrow(
    `images into ${dataRoot}: the folder already contains images. Load the images through the engine.`,
  );
});
