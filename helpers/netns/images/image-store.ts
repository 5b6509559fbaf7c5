import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { basename, join, resolve } from 'node:path';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { cached, cacheTarget, explainDamage } from '../../debian/cache/cache.ts';
import { requireNoOverlay } from '../../process/files/target-folder.ts';
import { loadArchive, type RunnableEngine } from './image-load.ts';

/**
 * Copies the images of archives into `dataRoot`, the unused `/var/lib/docker` of a machine whose engine does not run.
 * The first time, an engine unpacks the archive into the cache. Each machine then gets a copy of the metadata and a
 * symbolic link to each layer in the cache. Machines can share layers, because engines only read them, and delete the
 * link if they delete an image. The cache must be visible in the machine under its own path.
 *
 * @param archives files that `docker save` wrote, compressed or not; if two contain the same tag, the later archive
 * wins
 * @param engine any engine bundle: all versions with overlay2 store images in the same layout
 */
export async function seedImages(
  archives: readonly string[],
  dataRoot: string,
  engine: RunnableEngine,
): Promise<void> {
  if (archives.length === 0) return;
  if (existsSync(join(dataRoot, 'image')) || existsSync(join(dataRoot, 'overlay2'))) {
    throw new HarnessError({
      code: 'operation-unsupported',
      tried: `images into ${dataRoot}`,
      observed: 'the folder already contains images',
      hint: 'load the images through the engine',
    });
  }
  const stores: string[] = [];
  for (const archive of archives) stores.push(await unpackArchive(archive, engine));
  await copyStores(stores, dataRoot);
}

/** Returns the image store of one archive in the cache, which it fills if necessary. */
async function unpackArchive(archive: string, engine: RunnableEngine): Promise<string> {
  const what = `images of ${basename(archive)}`;
  return await cached(await imageStoreKey(archive), what, async (folder) => {
    await requireNoOverlay(cacheTarget(), what);
    await loadArchive(resolve(archive), folder, engine).catch(async (error: unknown) => {
      throw await explainDamage(error);
    });
  });
}

/**
 * Returns the cache key of an unpacked archive. The key identifies the file by its metadata (path, inode, size, time of
 * change), because hashing gigabytes at each start would take too long.
 */
export async function imageStoreKey(archive: string): Promise<string> {
  const seen = await stat(archive, { bigint: true }).catch((error: unknown) => {
    throw new HarnessError({
      code: 'file-unreadable',
      tried: `image archive ${archive}`,
      observed: 'unreadable',
      hint: 'give the path of a file that "docker save" wrote',
      cause: error,
    });
  });
  if (!seen.isFile()) {
    throw new HarnessError({
      code: 'file-unreadable',
      tried: `image archive ${archive}`,
      observed: 'not a file',
    });
  }
  const identity = [resolve(archive), seen.dev, seen.ino, seen.size, seen.mtimeNs].join('\n');
  return `image-stores/${createHash('sha256').update(identity).digest('hex').slice(0, 24)}`;
}

interface Layer {
  readonly store: string;
  readonly chainId: string;
  readonly cacheId: string;
  /** The layer's short name in mount options of the kernel. */
  readonly link: string;
  readonly parent: string | undefined;
}

async function copyStores(stores: readonly string[], dataRoot: string): Promise<void> {
  await mkdir(join(dataRoot, 'overlay2', 'l'), { recursive: true, mode: 0o710 });
  const target = join(dataRoot, 'image', 'overlay2');
  await mkdir(join(target, 'layerdb', 'sha256'), { recursive: true, mode: 0o700 });

  // Archives may share layers. The first archive provides the layer; the others may name it differently.
  const layers = new Map<string, Layer>();
  for (const store of stores) {
    for (const layer of await readLayers(store)) {
      if (!layers.has(layer.chainId)) layers.set(layer.chainId, layer);
    }
  }
  await Promise.all([...layers.values()].map((layer) => copyLayer(layer, layers, dataRoot)));
  for (const store of stores) {
    await cp(join(store, 'image/overlay2/imagedb'), join(target, 'imagedb'), { recursive: true });
  }
  const repositories = mergeRepositories(
    await Promise.all(
      stores.map((store) => readFile(join(store, 'image/overlay2/repositories.json'), 'utf8')),
    ),
  );
  await writeFile(join(target, 'repositories.json'), repositories, { mode: 0o600 });
}

async function readLayers(store: string): Promise<Layer[]> {
  const folder = join(store, 'image/overlay2/layerdb/sha256');
  return await Promise.all(
    (await readdir(folder)).map(async (chainId) => {
      const cacheId = await readFile(join(folder, chainId, 'cache-id'), 'utf8');
      const parentFile = join(folder, chainId, 'parent');
      const parent = existsSync(parentFile) ? await readFile(parentFile, 'utf8') : undefined;
      return {
        store,
        chainId,
        cacheId,
        link: await readFile(join(store, 'overlay2', cacheId, 'link'), 'utf8'),
        parent: parent?.replace('sha256:', ''),
      };
    }),
  );
}

async function copyLayer(
  layer: Layer,
  layers: ReadonlyMap<string, Layer>,
  dataRoot: string,
): Promise<void> {
  const { store, chainId, cacheId, link } = layer;
  const database = 'image/overlay2/layerdb/sha256';
  await cp(join(store, database, chainId), join(dataRoot, database, chainId), { recursive: true });

  const from = join(store, 'overlay2', cacheId);
  const to = join(dataRoot, 'overlay2', cacheId);
  await mkdir(to, { mode: 0o710 });
  await symlink(join(from, 'diff'), join(to, 'diff'));
  await symlink(`../${cacheId}/diff`, join(dataRoot, 'overlay2/l', link));
  await copyFile(join(from, 'link'), join(to, 'link'));
  await writeFile(join(to, 'committed'), '', { mode: 0o600 });
  const lower = lowerLinks(layer, layers);
  if (lower.length === 0) return;
  await mkdir(join(to, 'work'), { mode: 0o700 });
  await writeFile(join(to, 'lower'), lower.map((name) => `l/${name}`).join(':'));
}

/** Returns the links of the layers below a layer, from its parent down. */
function lowerLinks(layer: Layer, layers: ReadonlyMap<string, Layer>): string[] {
  const links: string[] = [];
  for (let at = layer.parent; at !== undefined; at = layers.get(at)?.parent) {
    const ancestor = layers.get(at);
    if (ancestor === undefined) break;
    links.push(ancestor.link);
  }
  return links;
}

/** Merges the tags of several image stores; each text is one store's `repositories.json`. */
export function mergeRepositories(texts: readonly string[]): string {
  const merged: Record<string, Record<string, string>> = {};
  for (const text of texts) {
    const { Repositories } = JSON.parse(text) as {
      Repositories: Record<string, Record<string, string>>;
    };
    for (const [name, references] of Object.entries(Repositories)) {
      merged[name] = { ...merged[name], ...references };
    }
  }
  return JSON.stringify({ Repositories: merged });
}
