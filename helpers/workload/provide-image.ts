import type { Engine } from '../engine/engine.ts';
import type { PreparedImage } from './images/prepare-images.ts';

/** Lets the engine pull an image that has no archive, unless it has it. One with an archive came with its machine. */
export async function provideImage(
  engine: Engine,
  { tag, archive }: PreparedImage,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  if (archive !== undefined || (await engine.images.has(tag, options))) return;
  await engine.images.pull(tag, options);
}
