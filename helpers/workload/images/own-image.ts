import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PATH, prepareBase, SUITE } from '../../debian/images/base.ts';
import { chooseImage, type PreparedImage } from '../../debian/images/choose-image.ts';
import { installFolders } from '../../debian/images/install-file.ts';
import { digestOf } from '../../debian/images/digest-of.ts';
import { preparePart } from '../../debian/images/image-part.ts';
import { buildImage } from '../../debian/images/recipe.ts';

/**
 * The image of a user-defined container: a tag, which its engine pulls; the path of a `docker save` archive; or Debian
 * packages, from which an image is built here.
 */
export type OwnImage = string | { readonly debian: readonly string[] };

/**
 * Prepares an image before any machine is created. An unsuitable image is an error of one line.
 *
 * @param field the field of the description, for errors: `containers[0].image`
 */
export async function prepareOwnImage(field: string, image: OwnImage): Promise<PreparedImage> {
  if (typeof image === 'string') return await chooseImage(field, image, 'docam/tomcat:latest');
  return await buildDebianImage(image.debian);
}

/** Returns true if an image's name can only be a file, relative to the file that contains the name. */
export function isFileName(words: string): boolean {
  return /^[./~]|\.(tar|tgz|tar\.\w+)$/.test(words);
}

/**
 * Builds an image of Debian packages with all dependencies, on the base layer of our images, which has a shell, busybox,
 * getent and ping. Maintainer scripts do not run, so the image has no accounts and no alternatives.
 */
async function buildDebianImage(packages: readonly string[]): Promise<PreparedImage> {
  const [first = 'none'] = packages;
  const name = `debian-${first.replaceAll('+', 'p')}`;
  const tag = `overlay-e2e/${name}:${digestOf(packages)}`;
  const archive = await buildImage({
    name,
    tag,
    config: { Env: [`PATH=${PATH}`, 'LANG=C.UTF-8'] },
    parts: async () => {
      const part = preparePart({
        name,
        suite: SUITE,
        packages,
        withDependencies: true,
        keep: ['{etc,opt,srv,usr,var}'],
        finish: { ingredients: UNUSED, run: removeUnused },
      });
      return { layers: await Promise.all([prepareBase(), part]) };
    },
    sources: [import.meta.filename],
    addLayer: async ({ layer }) => await installFolders([join(layer, 'srv')]),
  });
  return { tag, archive };
}

/** The folders of packages that no program reads. */
const UNUSED = ['doc', 'lintian', 'locale', 'man'];

async function removeUnused(root: string): Promise<void> {
  const share = join(root, 'usr/share');
  await Promise.all(UNUSED.map((name) => rm(join(share, name), { recursive: true, force: true })));
}
