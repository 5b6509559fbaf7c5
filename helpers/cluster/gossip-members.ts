import { connect } from 'node:net';
import { addAbortSignal } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type GossipMember, membersQuestion, readMembersAnswer } from './gossip-protocol.ts';

/** Where the engines of a cluster tell each other of members and end points, over TCP and UDP. */
const gossipPort = 7946;

/**
 * Asks the gossip of the engine at that address whom it knows. It is refused there until the engine has found its store;
 * and it knows another engine only after both have met, which is when announcements begin to reach it.
 */
export async function readGossipMembers(
  address: string,
  { limit = 5000, signal }: { limit?: number; signal?: AbortSignal | undefined } = {},
): Promise<GossipMember[]> {
  const limits = AbortSignal.timeout(limit);
  const socket = connect({ host: address, port: gossipPort });
  addAbortSignal(signal === undefined ? limits : AbortSignal.any([limits, signal]), socket);
  try {
    socket.write(membersQuestion);
    // It closes the connection after its answer.
    return readMembersAnswer(await buffer(socket));
  } finally {
    socket.destroy();
  }
}
