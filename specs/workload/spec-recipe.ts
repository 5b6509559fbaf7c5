import { prepareBase } from '../../helpers/debian/images/base.ts';
import { buildImage, type ImageRecipe } from '../../helpers/debian/images/recipe.ts';
import { runInRoot } from '../../helpers/debian/images/run-in-root.ts';

/** Returns a recipe of an image for specs: the output of a shell script on the base layer. */
export function specRecipe(
  name: string,
  source: string,
  script: string,
  config: ImageRecipe['config'] = {},
): ImageRecipe {
  return {
    name,
    tag: `overlay-e2e/${name}:spec`,
    config,
    parts: async () => ({ layers: [await prepareBase()] }),
    sources: [source],
    addLayer: async (root) => {
      await runInRoot(root, ['bash', '-euc', script], { title: `script of ${name}` });
    },
  };
}

// A separate program, for a spec that kills it: NAME SOURCE SCRIPT
if (import.meta.main) {
  const [name = '', source = '', script = ''] = process.argv.slice(2);
  await buildImage(specRecipe(name, source, script));
}
