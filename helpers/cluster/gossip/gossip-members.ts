import { exchangeBytes } from './exchange-bytes.ts';
import { type GossipMember, membersRequest, readMembersResponse } from './gossip-protocol.ts';

/** Where the engines of a cluster tell each other of members and end points, over TCP and UDP. */
const gossipPort = 7946;

/**
 * Asks the gossip of the engine at that address whom it knows. It is refused there until the engine has found its store;
 * and it knows another engine only after both have met, which is when announcements begin to reach it.
 */
export async function readGossipMembers(
  address: string,
  options: { limit?: number; signal?: AbortSignal | undefined } = {},
): Promise<GossipMember[]> {
  return readMembersResponse(
    await exchangeBytes({ address, port: gossipPort }, membersRequest, options),
  );
}
