import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PATH, prepareBase, SUITE } from '../../debian/images/base.ts';
import { chooseImage, type PreparedImage } from '../../debian/images/choose-image.ts';
import { installFolders } from '../../debian/images/install-file.ts';
import { digestOf } from '../../debian/images/digest-of.ts';
import { preparePart } from '../../debian/images/image-part.ts';
import { buildImage } from '../../debian/images/recipe.ts';

/**
 * Out of what a container of the user's own is made: a tag, which its engine pulls; the path of a file that `docker
 * save` wrote; or packages of Debian, of which an image is made here.
 */
export type OwnImage = string | { readonly debian: readonly string[] };

/**
 * The image, made or looked at before any machine is: what is wrong with it is an error of one line.
 *
 * @param field where it is described, for errors: `containers[0].image`
 */
export async function prepareOwnImage(field: string, image: OwnImage): Promise<PreparedImage> {
  if (typeof image === 'string') return await chooseImage(field, image, 'docam/tomcat:latest');
  return await buildDebianImage(image.debian);
}

/** Whether the words can only mean a file, which is looked for from where they are written. */
export function isFileName(words: string): boolean {
  return /^[./~]|\.(tar|tgz|tar\.\w+)$/.test(words);
}

/**
 * An image of those packages and all that they depend on, over the base of our own images: there are a shell, busybox,
 * getent and ping as well. What packages do when they are installed (accounts, alternatives) is not done.
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

/** What no program reads. */
const UNUSED = ['doc', 'lintian', 'locale', 'man'];

async function removeUnused(root: string): Promise<void> {
  const share = join(root, 'usr/share');
  await Promise.all(UNUSED.map((name) => rm(join(share, name), { recursive: true, force: true })));
}
