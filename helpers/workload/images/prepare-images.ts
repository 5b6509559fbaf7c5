import { HarnessError } from '../../process/harness-error.ts';
import { chooseImage, type PreparedImage } from './choose-image.ts';
import { consul } from './consul.ts';
import { mysql } from './mysql.ts';
import { buildImage, type ImageRecipe } from './recipe.ts';
import { tomcat } from './tomcat.ts';

export type { PreparedImage } from './choose-image.ts';

export type ImageName = 'consul' | 'mysql' | 'tomcat';

/** Where images come from that the user has not chosen: built here, or pulled by the engines. */
export type ImageSource = 'build' | 'pull';

/** The images of the tutorial by the names that it gives them. */
export const IMAGE_TAGS: Readonly<Record<ImageName, string>> = {
  consul: consul.tag,
  mysql: mysql.tag,
  tomcat: tomcat.tag,
};

const RECIPES: Readonly<Record<ImageName, ImageRecipe>> = { consul, mysql, tomcat };

/** Where a user names an image of their own. */
const variables = {
  consul: 'E2E_CONSUL_IMAGE',
  mysql: 'E2E_MYSQL_IMAGE',
  tomcat: 'E2E_TOMCAT_IMAGE',
} as const;

/**
 * One of the tutorial's images: what E2E_CONSUL_IMAGE, E2E_MYSQL_IMAGE or E2E_TOMCAT_IMAGE names, a tag or a file of
 * `docker save`; else ours, built when it is not in the cache yet, or the tutorial's own, to be pulled.
 *
 * @param usual where it comes from unless E2E_IMAGES says otherwise
 */
export async function prepareImage(
  name: ImageName,
  usual: ImageSource = 'build',
): Promise<PreparedImage> {
  const { tag } = RECIPES[name];
  const variable = variables[name];
  const chosen = process.env[variable] ?? '';
  if (chosen !== '') return await chooseImage(variable, chosen, tag);
  if (readSource(usual) === 'pull') return { tag };
  return { tag, archive: await buildImage(RECIPES[name]) };
}

function readSource(usual: ImageSource): ImageSource {
  const said = process.env['E2E_IMAGES'] ?? '';
  if (said === '') return usual;
  if (said === 'build' || said === 'pull') return said;
  throw new HarnessError({
    tried: `E2E_IMAGES=${said}`,
    observed: 'no such way',
    remedy: '«build» makes the images here, «pull» lets the engines pull the tutorial’s own',
  });
}

/** The tutorial's images, each begun when it is first asked for: who needs Consul only builds Consul only. */
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
    get mysql() {
      return prepareOnce('mysql');
    },
    get tomcat() {
      return prepareOnce('tomcat');
    },
  };
}
