import type { PreparedImage } from '../../../workload/images/prepare-images.ts';
import type { FlagValues } from '../flags.ts';

/**
 * Returns the image for the Swarm containers of a machine: the tag or file of `--swarm-image`, else that of
 * E2E_SWARM_IMAGE, else, on a machine with egress, the tag that docker-machine pulls. Without an image it is undefined,
 * and the Swarm options are only recorded.
 */
export async function bringSwarmImage(
  flags: FlagValues,
  driver: 'netns' | 'uml',
): Promise<PreparedImage | undefined> {
  if (!flags.on('swarm') && !flags.on('swarm-master')) return undefined;
  const { chooseSwarmImage, prepareSwarmImage } = await import('../../../workload/images/swarm.ts');
  const words = flags.text('swarm-image');
  const own = await prepareSwarmImage();
  if (flags.given('swarm-image')) {
    const named = await chooseSwarmImage('--swarm-image', words);
    // The harness, which calls this as docker-machine, names its own image by the tag alone.
    return named.tag === own?.tag ? own : named;
  }
  return own ?? (flags.on(`${driver}-egress`) ? { tag: words } : undefined);
}
