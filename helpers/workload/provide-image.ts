import type { Engine } from '../docker/engine.ts';
import { HarnessError } from '../process/errors/harness-error.ts';
import type { PreparedImage } from './images/prepare-images.ts';

/** Lets the engine pull an image that has no archive, unless it has it. One with an archive came with its machine. */
export async function provideImage(
  engine: Engine,
  { tag, archive }: PreparedImage,
  options: { readonly signal?: AbortSignal | undefined; readonly remedy?: string } = {},
): Promise<void> {
  if (archive !== undefined || (await engine.images.has(tag, options))) return;
  try {
    await engine.images.pull(tag, options);
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    throw new HarnessError({
      code: error.code,
      tried: error.tried,
      observed: error.observed,
      remedy:
        options.remedy ??
        'see whether the machine has a way to the registry; or name another tag or a tar file in its variable (E2E_CONSUL_IMAGE and the like); or leave that out and set E2E_IMAGES=build to have it made here',
      cause: error,
    });
  }
}
