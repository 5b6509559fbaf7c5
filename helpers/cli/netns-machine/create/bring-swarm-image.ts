import type { PreparedImage } from '../../../workload/images/prepare-images.ts';
import type { FlagValues } from '../flags.ts';

/**
 * The image that the machine's containers of a Swarm are to run: what `--swarm-image` names, be it a tag or a file; else
 * what E2E_SWARM_IMAGE names; else, on a machine that has a way out, the one that docker-machine pulls. Undefined when
 * there is none: then only what was asked for is noted.
 */
export async function bringSwarmImage(flags: FlagValues): Promise<PreparedImage | undefined> {
  if (!flags.on('swarm') && !flags.on('swarm-master')) return undefined;
  const { chooseSwarmImage, prepareSwarmImage } = await import('../../../workload/images/swarm.ts');
  const words = flags.text('swarm-image');
  const own = await prepareSwarmImage();
  if (flags.given('swarm-image')) {
    const named = await chooseSwarmImage('--swarm-image', words);
    // The harness, which calls this as docker-machine, names its own image by the tag alone.
    return named.tag === own?.tag ? own : named;
  }
  return own ?? (flags.on('netns-egress') ? { tag: words } : undefined);
}
