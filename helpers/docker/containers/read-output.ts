import type { Readable } from 'node:stream';

/** Output of a program in a container. */
export interface OutputPart {
  readonly source: 'stdout' | 'stderr';
  readonly bytes: Buffer;
}

const HEADER = 8;

/**
 * Reads an engine's stream of a program's output, as it comes. Without a terminal, the stream consists of frames: one byte
 * 1 (stdout) or 2 (stderr), three zero bytes, the length in four bytes, then the text. It keeps at most a header: however
 * long a frame is, its parts are returned as they arrive.
 */
export async function* readOutput(
  stream: Readable,
  { hasTerminal }: { readonly hasTerminal: boolean },
): AsyncGenerator<OutputPart> {
  let header: Buffer = Buffer.alloc(0);
  let source: OutputPart['source'] = 'stdout';
  let left = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (hasTerminal) {
      yield { source, bytes: chunk };
      continue;
    }
    let at = 0;
    while (at < chunk.length) {
      if (left === 0) {
        const piece = chunk.subarray(at, at + HEADER - header.length);
        header = Buffer.concat([header, piece]);
        at += piece.length;
        if (header.length < HEADER) break;
        source = header[0] === 2 ? 'stderr' : 'stdout';
        left = header.readUInt32BE(4);
        header = Buffer.alloc(0);
        continue;
      }
      const bytes = chunk.subarray(at, at + left);
      at += bytes.length;
      left -= bytes.length;
      yield { source, bytes };
    }
  }
}
