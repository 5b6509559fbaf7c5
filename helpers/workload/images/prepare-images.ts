import { HarnessError } from '../../process/errors/harness-error.ts';
import { chooseImage, type PreparedImage } from '../../debian/images/choose-image.ts';
import { consul } from './consul.ts';
import { etcd } from './etcd.ts';
import { mysql } from './mysql.ts';
import { buildImage, type ImageRecipe } from '../../debian/images/recipe.ts';
import { tomcat } from './tomcat.ts';
import { zookeeper } from './zookeeper.ts';
import { readVariable, type VariableName } from '../../process/environment.ts';

export type { PreparedImage } from '../../debian/images/choose-image.ts';

const RECIPES = { consul, etcd, mysql, tomcat, zookeeper } as const satisfies Record<
  string,
  ImageRecipe
>;

export type ImageName = keyof typeof RECIPES;

/** The source of images that the user has not chosen: built here, or pulled by the engines. */
export type ImageSource = 'build' | 'pull';

/** The tag of each image. */
export const IMAGE_TAGS: Readonly<Record<ImageName, string>> = {
  consul: consul.tag,
  etcd: etcd.tag,
  mysql: mysql.tag,
  tomcat: tomcat.tag,
  zookeeper: zookeeper.tag,
};

/** The variables in which users name their own images. */
const VARIABLES: Readonly<Record<ImageName, VariableName>> = {
  consul: 'E2E_CONSUL_IMAGE',
  etcd: 'E2E_ETCD_IMAGE',
  mysql: 'E2E_MYSQL_IMAGE',
  tomcat: 'E2E_TOMCAT_IMAGE',
  zookeeper: 'E2E_ZOOKEEPER_IMAGE',
};

/** Images that are not part of the tutorial. They cannot be pulled unless the user names one. */
const OURS: readonly ImageName[] = ['etcd', 'zookeeper'];

/**
 * Prepares an image. The user's choice in a variable such as E2E_CONSUL_IMAGE, a tag or a `docker save` archive, has
 * precedence. Otherwise it is our image, which is built if the cache lacks it, or the tutorial's image, which engines
 * pull.
 *
 * @param usual the source unless E2E_IMAGES is set
 */
export async function prepareImage(
  name: ImageName,
  usual: ImageSource = 'build',
): Promise<PreparedImage> {
  const { tag } = RECIPES[name];
  const variable = VARIABLES[name];
  const chosen = readVariable(variable);
  if (chosen !== undefined) return await chooseImage(variable, chosen, tag);
  if (readSource(usual) === 'pull' && !OURS.includes(name)) return { tag };
  return { tag, archive: await buildImage(RECIPES[name]) };
}

function readSource(usual: ImageSource): ImageSource {
  const said = readVariable('E2E_IMAGES');
  if (said === undefined) return usual;
  if (said === 'build' || said === 'pull') return said;
  throw new HarnessError({
    code: 'input-invalid',
    tried: `E2E_IMAGES=${said}`,
    observed: 'unknown source of images',
    hint: 'set it to "build" to build the images here, or to "pull" to let the engines pull the images of the tutorial',
  });
}

/** Prepares images on first use: a cluster that only needs Consul only builds Consul. */
export function prepareImages(
  usual: ImageSource = 'build',
): Readonly<Record<ImageName, Promise<PreparedImage>>> {
  const begun = new Map<ImageName, Promise<PreparedImage>>();
  const prepareOnce = (name: ImageName): Promise<PreparedImage> => {
    const image = begun.get(name) ?? prepareImage(name, usual);
    begun.set(name, image);
    return image;
  };
  return {
    get consul() {
      return prepareOnce('consul');
    },
    get etcd() {
      return prepareOnce('etcd');
    },
    get mysql() {
      return prepareOnce('mysql');
    },
    get tomcat() {
      return prepareOnce('tomcat');
    },
    get zookeeper() {
      return prepareOnce('zookeeper');
    },
  };
}
