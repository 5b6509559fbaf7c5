import type { GossipMember } from '../../../cluster/gossip/gossip-protocol.ts';

/** The peers that an engine's gossip knows: members by name and address in key-value clusters; in swarm mode addresses alone. */
export interface GossipView {
  /** True if the engine runs gossip: in a key-value cluster, it starts with the first connection to the store. */
  readonly isThere: boolean;
  readonly members: readonly {
    readonly name: string | undefined;
    readonly address: string;
    readonly state: GossipMember['state'];
  }[];
}
