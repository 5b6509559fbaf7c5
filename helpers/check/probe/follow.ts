import { z } from 'zod';
import { ipAddress, macAddress } from '../../process/text/reported-values.ts';
import { packetKinds, type TracedProtocol } from '../model/trace.ts';
import { type AgentClient, type ProbeOptions, RESPONSE_MARGIN } from './agent-client.ts';
import { type Namespace, wordOf } from './namespace.ts';

/** A trace: its packets contain its number as a port or identifier. */
export interface FollowedTrace {
  readonly number: number;
  readonly protocol: TracedProtocol;
  readonly vxlanPort: number;
  /** Also records all ESP packets of the host: encryption hides the number. */
  readonly encrypted: boolean;
}

/** A packet to send, or a connection to open and close. */
export interface SentPacket {
  readonly number: number;
  readonly protocol: TracedProtocol;
  readonly namespace: Namespace;
  /** With `0.0.0.0`, the kernel chooses. */
  readonly source: string;
  readonly destination: string;
  /** 0 for ICMP. */
  readonly port: number;
}

const number16 = z.int().min(0).max(65_535);

const record = z.object({
  /** Nanoseconds since 1970, of the host's clock: more digits than a number has. */
  at: z.string().regex(/^\d{1,20}$/),
  /** The word of a {@link Namespace}. */
  namespace: z.string(),
  /** `input` is a packet that the firewall of the namespace let in. */
  device: z.string(),
  direction: z.enum(['in', 'out']),
  kind: z.enum(packetKinds),
  ttl: z.int(),
  source: ipAddress,
  destination: ipAddress,
  sourcePort: number16.nullable().transform(orUndefined),
  destinationPort: number16.nullable().transform(orUndefined),
  /** The number of the security association of an ESP packet. */
  spi: z.int().nullable().transform(orUndefined),
  outer: z
    .object({
      source: ipAddress,
      destination: ipAddress,
      vni: z.int(),
      toMac: macAddress,
      fromMac: macAddress,
    })
    .nullable()
    .transform(orUndefined),
});

/** A packet of a trace on one device in one direction. */
export type PacketRecord = z.infer<typeof record>;

const followedAnswer = z.object({ dropped: z.int(), packets: z.array(record) });

/** The records of one host. */
export type FollowedPackets = z.infer<typeof followedAnswer>;

const sentAnswer = z.object({
  answered: z.boolean(),
  /** The source address of the reply. */
  from: z.string().nullable().transform(orUndefined),
  /** The error of the kernel: `ECONNREFUSED`; `ETIMEDOUT` after the limit. */
  error: z.string().nullable().transform(orUndefined),
  milliseconds: z.number(),
});

/** The outcome of a sent packet. */
export type SendResult = z.infer<typeof sentAnswer>;

/** Sends the packet of a trace, and records it on all devices of namespaces. */
export interface Follower {
  /** Records the packets of a trace in these namespaces from now on. Returns the reason for each that it cannot open. */
  follow(trace: FollowedTrace, namespaces: readonly Namespace[]): Promise<readonly string[]>;
  /** Returns the recorded packets. */
  followed(number: number): Promise<FollowedPackets>;
  /** Sends the packet, and returns when the reply comes, or after the limit. */
  send(packet: SentPacket, options: ProbeOptions & { readonly limit: number }): Promise<SendResult>;
}

/** Implements {@link Follower} with the verbs of the agent: agent/PROTOCOL.md. */
export function openFollower(client: AgentClient): Follower {
  return {
    follow: async ({ number, protocol, vxlanPort, encrypted }, namespaces) => {
      const words = [`${number}`, protocol, `${vxlanPort}`, encrypted ? 'esp' : 'plain'];
      return await client.call(
        ['follow', ...words, ...namespaces.map(wordOf)],
        z.array(z.string()),
      );
    },
    followed: async (number) => await client.call(['followed', `${number}`], followedAnswer),
    send: async ({ number, protocol, namespace, source, destination, port }, { limit, signal }) => {
      const words = [`${number}`, protocol, wordOf(namespace), `${limit}`, source, destination];
      return await client.call(['send', ...words, `${port}`], sentAnswer, {
        limit: limit + RESPONSE_MARGIN,
        signal,
      });
    },
  };
}

function orUndefined<T>(value: T | null): T | undefined {
  return value ?? undefined;
}
