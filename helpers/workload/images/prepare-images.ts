import { consul } from './consul.ts';
import { mysql } from './mysql.ts';
import { buildImage, type ImageRecipe } from './recipe.ts';
import { tomcat } from './tomcat.ts';

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
  tomcat: tomcat.tag,
};

const RECIPES: Readonly<Record<ImageName, ImageRecipe>> = { consul, mysql, tomcat };

/** One of the tutorial's images, built when it is not in the cache yet. */
export async function prepareImage(name: ImageName): Promise<PreparedImage> {
  const recipe = RECIPES[name];
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
