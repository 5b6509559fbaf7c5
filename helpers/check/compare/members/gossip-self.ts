import { isLiving } from '../../../cluster/gossip/gossip-protocol.ts';
import { isOnOverlay } from '../../derive/own-peers.ts';
import { type Comparison, outcomeOf } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import type { HostView } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import { type AnsweringHost, answeringHosts } from '../engines/answering-hosts.ts';
import { onlyInSwarms } from '../swarm/only-in-swarms.ts';

/**
 * Every engine lists itself as a peer on each overlay on which it has endpoints. If it is missing there, it ignores all records
 * of the network. It counts only if another engine knows it by this address.
 */
export const gossipSelf: Comparison = {
  name: 'gossip-self',
  title: 'every engine lists itself as a peer on its overlay networks',
  layer: 'engines',
  needs: 'api',
  compare: onlyInSwarms((observation) => {
    const known = answeringHosts(observation).filter(({ host }) =>
      observation.hosts.some((other) => other.name !== host.name && knows(other, host.address)),
    );
    return outcomeOf(known.flatMap(findMissing), known.flatMap(describeNetworks));
  }),
};

function knows({ gossip }: HostView, address: string | undefined): boolean {
  const members = valueOf(gossip)?.members ?? [];
  return members.some((one) => one.address === address && isLiving(one));
}

function findMissing({ host: { name, address = '' }, view }: AnsweringHost): Difference[] {
  return view.networks
    .filter(({ id }) => view.overlaysWithoutSelf?.includes(id))
    .map((network) => ({
      kind: 'gossip-self-missing',
      where: { host: name, network: network.name },
      expected: address,
      observed: network.peers,
      text: `the gossip of ${name} lists ${network.peers.join(', ')} on ${network.name}, but not ${name} itself (${address})`,
    }));
}

function describeNetworks({ host, view }: AnsweringHost): string[] {
  const names = view.networks.filter(isOnOverlay).map(({ name }) => name);
  return names.length === 0 ? [] : [`${host.name}: ${names.join(', ')}`];
}
