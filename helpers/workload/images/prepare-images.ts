import { HarnessError } from '../../process/harness-error.ts';
import { consul } from './consul.ts';
import { mysql } from './mysql.ts';
import { buildImage, type ImageRecipe } from './recipe.ts';

/** An image that engines can be given. */
export interface PreparedImage {
  /** What containers call it: `progrium/consul:latest`. */
  readonly tag: string;
  /** The absolute path of the tar file that has it, as `docker save` writes it; absent for one that engines pull. */
  readonly archive?: string;
}

export type ImageName = 'consul' | 'mysql' | 'tomcat';

/** The images of the tutorial by the names that it gives them, as we build them. */
export const IMAGE_TAGS: Readonly<Record<ImageName, string>> = {
  consul: consul.tag,
  mysql: mysql.tag,
  tomcat: 'docam/tomcat:latest',
};

const RECIPES: Partial<Record<ImageName, ImageRecipe>> = { consul, mysql };

/** One of the tutorial's images, built when it is not in the cache yet. */
export async function prepareImage(name: ImageName): Promise<PreparedImage> {
  const recipe = RECIPES[name];
  if (recipe === undefined) {
    throw new HarnessError({ tried: `image ${IMAGE_TAGS[name]}`, observed: 'not built yet' });
  }
  return { tag: recipe.tag, archive: await buildImage(recipe) };
}

/** The tutorial's images, each begun when it is first asked for: who needs Consul only builds Consul only. */
export function prepareImages(): Readonly<Record<ImageName, Promise<PreparedImage>>> {
  const begun = new Map<ImageName, Promise<PreparedImage>>();
  const prepareOnce = (name: ImageName): Promise<PreparedImage> => {
    const image = begun.get(name) ?? prepareImage(name);
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
