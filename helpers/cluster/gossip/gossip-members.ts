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

interface ExchangeOptions {
  readonly limit?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Introduces two engines to each other: each gets the other's members in the other's own words, as if it had joined the
 * other. Both connections are refused until the engines have found their key-value store.
 */
export async function introduce(
  one: string,
  other: string,
  options: ExchangeOptions = {},
): Promise<void> {
  const answer = await tellMembers(one, other, options);
  await exchangeBytes({ address: one, port: gossipPort }, answer, options);
}

/** Tells an engine all members that another one knows, and returns its own members, as its gossip packs them. */
export async function tellMembers(
  from: string,
  to: string,
  options: ExchangeOptions = {},
): Promise<Buffer> {
  const state = await exchangeBytes({ address: from, port: gossipPort }, membersRequest, options);
  // An engine that refuses a message closes the connection without an answer.
  readMembersResponse(state);
  const answer = await exchangeBytes({ address: to, port: gossipPort }, state, options);
  readMembersResponse(answer);
  return answer;
}
