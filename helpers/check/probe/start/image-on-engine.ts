import type { CallOptions } from '../../../docker/connection.ts';
import type { Engine } from '../../../docker/engine.ts';
import { hasCode } from '../../../process/errors/harness-error.ts';
import { PROBE_LABEL } from './describe-probe.ts';
import { BROUGHT, KEPT, type ProbeImage } from './probe-image.ts';

/** Returns the image's tag on the engine, and loads the image if the engine has neither of its tags. */
export async function bringImage(engine: Engine, { mark, archive }: ProbeImage): Promise<string> {
  const tags = await listTags(engine);
  const kept = `${KEPT}${mark}`;
  if (tags.includes(kept)) return kept;
  const brought = `${BROUGHT}${mark}`;
  if (!tags.includes(brought)) await engine.images.load(archive);
  return brought;
}

/** Removes images of checks, finished or killed, unless another check still uses them. */
export async function removeBroughtImages(engine: Engine, options?: CallOptions): Promise<void> {
  const brought = (await engine.images.list(options)).flatMap(({ id, tags, labels }) => {
    // A load that was cut off, or that met the removal of the same image, leaves an image without a tag.
    const isUntagged = tags.length === 0 && PROBE_LABEL in labels;
    return isUntagged ? [id] : tags.filter((tag) => tag.startsWith(BROUGHT));
  });
  await Promise.all(brought.map((name) => removeUnlessUsed(engine, name, options)));
}

async function listTags(engine: Engine, options?: CallOptions): Promise<string[]> {
  return (await engine.images.list(options)).flatMap(({ tags }) => tags);
}

/** An engine refuses to remove the image of a container; another check may also have been quicker. */
async function removeUnlessUsed(
  engine: Engine,
  name: string,
  options?: CallOptions,
): Promise<void> {
  try {
    await engine.images.remove(name, options);
  } catch (error) {
    if (!hasCode(error, 'image-in-use', 'image-unknown')) throw error;
  }
}
