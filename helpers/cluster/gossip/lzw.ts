const clear = 256;
const end = 257;
const first = 258;
const widest = 12;

/** The maximum number of bytes after unpacking: LZW expands one byte to up to 2,500. */
export const unpackedLimit = 8 * 1024 * 1024;

/**
 * Decompresses LZW as Go's compress/lzw writes it, least significant bit first with 8-bit literals. Gossip compresses
 * its responses with it. Node has no decoder.
 */
export function decompressLzw(packed: Uint8Array): Buffer {
  const readCode = openCodes(packed);
  const output: Buffer[] = [];
  const table = literals();
  let width = 9;
  let last: Buffer | undefined;
  let length = 0;
  for (;;) {
    const code = readCode(width);
    if (code === end) return Buffer.concat(output);
    if (code === clear) {
      // Truncated instead of created again, because a clear code costs only 9 bits and an attacker may send many.
      table.length = first;
      width = 9;
      last = undefined;
      continue;
    }
    const text: Buffer = table[code] ?? repeat(code === table.length ? last : undefined);
    length += text.length;
    if (length > unpackedLimit) throw new RangeError('lzw: the unpacked data is larger than 8 MB');
    output.push(text);
    // A full table stays unchanged until it is cleared.
    if (last !== undefined && table.length < 1 << widest) table.push(extend(last, text));
    if (table.length >= 1 << width && width < widest) width += 1;
    last = text;
  }
}

const bytes = Array.from({ length: clear }, (_, byte) => Buffer.of(byte));

/** Returns the initial table: the codes 0 to 255 are literals, 256 and 257 have no text. */
function literals(): (Buffer | undefined)[] {
  return [...bytes, undefined, undefined];
}

/** Returns the text of a code that is about to be defined: the last text followed by its own first byte. */
function repeat(last: Buffer | undefined): Buffer {
  if (last === undefined) throw new Error('lzw: undefined code');
  return extend(last, last);
}

function extend(text: Buffer, next: Buffer): Buffer {
  return Buffer.concat([text, next.subarray(0, 1)]);
}

function openCodes(packed: Uint8Array): (width: number) => number {
  let at = 0;
  let bits = 0;
  let count = 0;
  return (width) => {
    while (count < width) {
      const byte = packed[at];
      if (byte === undefined) throw new Error('lzw: truncated data');
      bits |= byte << count;
      count += 8;
      at += 1;
    }
    const code = bits & ((1 << width) - 1);
    bits >>>= width;
    count -= width;
    return code;
  };
}
