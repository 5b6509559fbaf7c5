import { isLiving } from '../../../cluster/gossip/gossip-protocol.ts';
import { type Comparison, outcomeOf } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import type { GossipView } from '../../model/views/gossip-view.ts';
import type { HostView } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import { traitsOf } from '../../model/cluster-traits.ts';

/**
 * Every engine lists every other engine as alive in its gossip. Without that, it receives no announcements of endpoints. A
 * suspect engine may only have been slow.
 */
export const gossipAware: Comparison = {
  name: 'gossip-aware',
  title: 'every engine knows every other engine through gossip',
  layer: 'engines',
  needs: 'api',
  compare: ({ hosts, kind }) => {
    if (!traitsOf({ kind }).isCluster) {
      return {
        state: 'skipped',
        reason: 'the engines are not in a cluster',
        because: 'not-applicable',
      };
    }
    const seen = hosts.flatMap((host) => {
      const view = valueOf(host.gossip);
      return view === undefined ? [] : [{ host, view }];
    });
    const differences = seen.flatMap(({ host, view }) => findUnaware(host, view, hosts));
    const blind = hosts.find(({ gossip }) => 'missing' in gossip && gossip.because === 'failed');
    if (differences.length === 0 && blind !== undefined && 'missing' in blind.gossip) {
      const reason = `the gossip of ${blind.name}: ${blind.gossip.missing}`;
      return { state: 'skipped', reason, because: 'failed' };
    }
    return outcomeOf(
      differences,
      seen.map(({ host, view }) => {
        const known = view.members.map(({ address, state }) => `${address} ${state}`);
        return `${host.name} knows ${known.join(', ')}`;
      }),
    );
  },
};

function findUnaware(
  { name, address: own }: HostView,
  { isThere, members }: GossipView,
  hosts: readonly HostView[],
): Difference[] {
  if (!isThere) {
    return [
      {
        kind: 'gossip-unaware',
        where: { host: name },
        expected: 'listens on port 7946',
        observed: 'connection refused',
        text: `the engine of ${name} runs no gossip: nothing listens on port 7946`,
      },
    ];
  }
  return hosts.flatMap(({ name: peer, address }): Difference[] => {
    if (address === undefined || address === own) return [];
    // Gossip remembers a member that died for hours. Another one may have its address now.
    const known = members.filter((one) => one.address === address);
    if (known.some(isLiving)) return [];
    const state = known[0]?.state;
    return [
      {
        kind: 'gossip-unaware',
        where: { host: name, peer },
        expected: 'alive',
        observed: state ?? null,
        text:
          state === undefined
            ? `the gossip of ${name} does not know ${peer} (${address})`
            : `the gossip of ${name} reports ${peer} (${address}) as ${state}`,
      },
    ];
  });
}
