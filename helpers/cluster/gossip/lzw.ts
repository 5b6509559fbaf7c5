const clear = 256;
const end = 257;
const first = 258;
const widest = 12;

/** Bytes that an answer unpacks to at most: LZW makes up to 2,500 bytes of one. */
export const unpackedLimit = 8 * 1024 * 1024;

/**
 * Undoes LZW as Go's compress/lzw writes it with the least significant bit first and literals of 8 bits, which is what
 * gossip packs its answers with. Nothing in Node speaks it.
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
      // Shortened, not made again: a clear code costs 9 bits, and there may be nothing else.
      table.length = first;
      width = 9;
      last = undefined;
      continue;
    }
    const text: Buffer = table[code] ?? repeat(code === table.length ? last : undefined);
    length += text.length;
    if (length > unpackedLimit) throw new RangeError('lzw: it unpacks to more than 8 MB');
    output.push(text);
    // A full table stays as it is until it is cleared.
    if (last !== undefined && table.length < 1 << widest) table.push(extend(last, text));
    if (table.length >= 1 << width && width < widest) width += 1;
    last = text;
  }
}

const bytes = Array.from({ length: clear }, (_, byte) => Buffer.of(byte));

/** The codes 0 to 255 stand for themselves, 256 and 257 for no text. */
function literals(): (Buffer | undefined)[] {
  return [...bytes, undefined, undefined];
}

/** A code that is only about to be made can but mean the last text and its own first byte. */
function repeat(last: Buffer | undefined): Buffer {
  if (last === undefined) throw new Error('lzw: a code that was never made');
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
      if (byte === undefined) throw new Error('lzw: cut off');
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
