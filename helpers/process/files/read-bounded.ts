import type { Readable } from 'node:stream';

/** Bytes of an answer from an engine, a store or an application that are read at most. */
export const answerLimit = 16 * 1024 * 1024;

/** An answer that is larger than anything the other side has to say: it is lying or broken. */
export class AnswerTooLarge extends Error {
  constructor(limit = answerLimit) {
    super(`the answer is longer than ${limit / 1024 / 1024} MB`);
    this.name = 'AnswerTooLarge';
  }
}

/**
 * Reads a stream to its end.
 *
 * @throws {AnswerTooLarge} after `limit` bytes; the stream is destroyed, and no more is kept in memory
 */
export async function readBounded(
  stream: Readable | AsyncIterable<Uint8Array>,
  limit = answerLimit,
): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop destroys the stream.
  for await (const piece of stream as AsyncIterable<Uint8Array>) {
    length += piece.length;
    if (length > limit) throw new AnswerTooLarge(limit);
    pieces.push(piece);
  }
  return Buffer.concat(pieces, length);
}
