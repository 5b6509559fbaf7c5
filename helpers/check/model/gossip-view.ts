import type { GossipMember } from '../../cluster/gossip/gossip-protocol.ts';

/** Whom an engine's gossip knows: members by name and address in key-value clusters; in swarm mode addresses alone. */
export interface GossipView {
  /** Whether there is any: an engine of a key-value cluster has none before it has found the store. */
  readonly isThere: boolean;
  readonly members: readonly {
    readonly name: string | undefined;
    readonly address: string;
    readonly state: GossipMember['state'];
  }[];
}
