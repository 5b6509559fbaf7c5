import { exchangeBytes } from './exchange-bytes.ts';
import { type GossipMember, membersRequest, readMembersResponse } from './gossip-protocol.ts';

/** The TCP and UDP port on which engines exchange members and endpoints. */
const gossipPort = 7946;

/**
 * Returns the members that the gossip of the engine at an address knows. The connection is refused until the engine has
 * found its key-value store. An engine knows another one only after both have exchanged state, which is when it starts
 * to receive announcements.
 */
export async function readGossipMembers(
  address: string,
  options: { limit?: number; signal?: AbortSignal | undefined } = {},
): Promise<GossipMember[]> {
  return readMembersResponse(
    await exchangeBytes({ address, port: gossipPort }, membersRequest, options),
  );
}
