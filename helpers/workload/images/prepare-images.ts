import { HarnessError } from '../../process/harness-error.ts';
import { consul } from './consul.ts';
import { buildImage, type ImageRecipe } from './recipe.ts';

/** An image that engines can be given. */
export interface PreparedImage {
  /** What containers call it: `progrium/consul:latest`. */
  readonly tag: string;
  /** The tar file that has it, as `docker save` writes it; absent for one that engines pull. */
  readonly archive?: string;
}

export interface WorkloadImages {
  readonly consul: Promise<PreparedImage>;
  readonly mysql: Promise<PreparedImage>;
  readonly tomcat: Promise<PreparedImage>;
}

/** The three images of the tutorial, built side by side when they are not in the cache yet. */
export function prepareImages(): WorkloadImages {
  return {
    consul: prepare(consul),
    mysql: notBuiltYet('docam/mysql-cont'),
    tomcat: notBuiltYet('docam/tomcat'),
  };
}

/** Whoever needs one image only never awaits the others: a failed one is no unhandled rejection. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

function prepare(recipe: ImageRecipe): Promise<PreparedImage> {
  const build = async () => ({ tag: recipe.tag, archive: await buildImage(recipe) });
  return handled(build());
}

function notBuiltYet(tag: string): Promise<PreparedImage> {
  const error = new HarnessError({ tried: `image ${tag}`, observed: 'not built yet' });
  return handled(Promise.reject(error));
}
