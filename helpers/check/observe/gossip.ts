/** Whom an engine's gossip knows: members by name and address in key-value clusters; in swarm mode addresses alone. */
export interface GossipView {
  readonly members: readonly {
    readonly name: string | undefined;
    readonly address: string;
    readonly state: string;
  }[];
}
