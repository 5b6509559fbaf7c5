import { z } from 'zod';
import { decompressLzw } from './lzw.ts';
import { MessagePackReader } from './msgpack.ts';

/** A member of the cluster, as an engine's gossip knows it. */
export interface GossipMember {
  /** The member's hostname. Two machines with the same name are one member, which breaks the cluster. */
  readonly name: string;
  readonly address: string;
  readonly state: 'alive' | 'suspect' | 'dead' | 'left';
}

/** Returns true if gossip has not given a member up. A dead member may be listed next to a new one at the same address. */
export function isLiving({ state }: Pick<GossipMember, 'state'>): boolean {
  return state === 'alive' || state === 'suspect';
}

const pushPull = 6;
const compressed = 9;
const failure = 13;

/**
 * The request for members in HashiCorp's memberlist, on which the engine's Serf is built. It is half of a state
 * exchange in which the sender knows no members, so it changes nothing.
 */
export const membersRequest: Buffer = Buffer.concat([
  Buffer.of(pushPull, 0x83),
  packedText('Nodes'),
  Buffer.of(0),
  packedText('UserStateLen'),
  Buffer.of(0),
  packedText('Join'),
  Buffer.of(0xc2),
]);

const header = z.object({ Nodes: z.number().int().min(0) });
const wrapper = z.object({ Algo: z.literal(0), Buf: z.instanceof(Buffer) });
const states = ['alive', 'suspect', 'dead', 'left'] as const;

const node = z
  .object({
    Name: z.instanceof(Buffer),
    Addr: z.instanceof(Buffer),
    State: z.number().int().min(0).max(3),
  })
  .transform(
    ({ Name, Addr, State }): GossipMember => ({
      name: Name.toString('utf8'),
      // An IPv4 address may be mapped into an IPv6 address.
      address: [...Addr.subarray(-4)].join('.'),
      state: states[State] ?? 'dead',
    }),
  );

/** Reads the response to {@link membersRequest}. Throws if it is incomplete or packed more than once. */
export function readMembersResponse(bytes: Buffer): GossipMember[] {
  if (bytes[0] !== compressed) return readPlainAnswer(bytes);
  const { Buf } = wrapper.parse(new MessagePackReader(bytes.subarray(1)).read());
  return readPlainAnswer(decompressLzw(Buf));
}

function readPlainAnswer(bytes: Buffer): GossipMember[] {
  const reader = new MessagePackReader(bytes.subarray(1));
  switch (bytes[0]) {
    case pushPull: {
      const { Nodes } = header.parse(reader.read());
      reader.requireRoom(Nodes);
      return Array.from({ length: Nodes }, () => node.parse(reader.read()));
    }
    case failure:
      throw new Error(`gossip: refused (${JSON.stringify(reader.read())})`);
    default:
      throw new Error(`gossip: unknown message ${bytes[0]}`);
  }
}

/** Returns MessagePack's encoding of a string of fewer than 32 bytes. */
function packedText(text: string): Buffer {
  return Buffer.concat([Buffer.of(0xa0 | text.length), Buffer.from(text)]);
}
