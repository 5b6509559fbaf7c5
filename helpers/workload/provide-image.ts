import type { Engine } from '../docker/engine.ts';
import { HarnessError } from '../process/errors/harness-error.ts';
import type { PreparedImage } from './images/prepare-images.ts';

/**
 * Makes an engine pull an image that has no archive, unless the engine has it. Images with an archive are loaded when
 * their machine is created.
 */
export async function provideImage(
  engine: Engine,
  { tag, archive }: PreparedImage,
  options: { readonly signal?: AbortSignal | undefined; readonly hint?: string } = {},
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
      hint:
        options.hint ??
        "check that the machine reaches the registry, name another tag or a tar file in the image's variable (such as E2E_CONSUL_IMAGE), or set E2E_IMAGES=build to build the image here",
      cause: error,
    });
  }
}
