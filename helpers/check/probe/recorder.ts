import { z } from 'zod';
import type { AgentClient } from './agent-client.ts';
import { type Namespace, wordOf } from './namespace.ts';

/** A frame on a device, with its headers. */
export interface RecordedFrame {
  /** The word of a {@link Namespace}. */
  readonly namespace: string;
  readonly device: string;
  /** The hardware type of the device: `ARPHRD_…` in the kernel's if_arp.h. */
  readonly hardware: number;
  readonly direction: 'in' | 'out';
  /** Nanoseconds since 1970, by the host's clock. */
  readonly at: bigint;
  readonly bytes: Buffer;
}

/** Frames since the last call. */
export interface RecordedFrames {
  /** The number of frames that were lost. */
  readonly dropped: number;
  /** True if more frames are waiting. */
  readonly more: boolean;
  readonly frames: readonly RecordedFrame[];
}

const frame = z
  .tuple([
    z.string(),
    z.string().max(64),
    z.int().min(0).max(65_535),
    z.enum(['in', 'out']),
    z.string().regex(/^\d{1,19}$/),
    z.string().regex(/^(?:[\da-f]{2})*$/),
  ])
  .transform(
    ([namespace, device, hardware, direction, at, hex]): RecordedFrame => ({
      namespace,
      device,
      hardware,
      direction,
      at: BigInt(at),
      bytes: Buffer.from(hex, 'hex'),
    }),
  );

const answer = z.object({ dropped: z.int(), more: z.boolean(), frames: z.array(frame) });

/** Records everything in namespaces of one host. */
export interface Recorder {
  /**
   * Records all frames in these namespaces from now on, except TCP segments of these ports. Returns the reason for each
   * namespace that it cannot open.
   */
  start(namespaces: readonly Namespace[], without: readonly number[]): Promise<readonly string[]>;
  /** Returns and forgets the oldest recorded frames. */
  take(): Promise<RecordedFrames>;
}

/** Implements {@link Recorder} with the verbs of the agent: agent/PROTOCOL.md. */
export function openRecorder(client: AgentClient): Recorder {
  return {
    start: async (namespaces, without) =>
      await client.call(
        ['record', without.join(',') || '-', ...namespaces.map(wordOf)],
        z.array(z.string()),
      ),
    take: async () => await client.call(['recorded'], answer),
  };
}
