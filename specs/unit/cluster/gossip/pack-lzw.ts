/** Compresses as Go's compress/lzw does, least significant bit first, with 8-bit literals. */
export function packLzw(plain: Uint8Array): Buffer {
  const codes = [256];
  const table = new Map<string, number>();
  let next = 258;
  let word = '';
  const codeOf = (text: string) => (text.length === 1 ? text.charCodeAt(0) : table.get(text));
  for (const byte of plain) {
    const longer = word + String.fromCharCode(byte);
    if (codeOf(longer) !== undefined) {
      word = longer;
      continue;
    }
    codes.push(codeOf(word) ?? 0);
    if (next < 4096) table.set(longer, next);
    next += 1;
    word = String.fromCharCode(byte);
  }
  if (word !== '') codes.push(codeOf(word) ?? 0);
  return packCodes([...codes, 257]);
}

/**
 * Writes codes with the width that a reader expects.
 *
 * @param fixed the width of every code, for codes after which a reader does not increase it
 */
export function packCodes(codes: readonly number[], fixed?: number): Buffer {
  const bytes: number[] = [];
  let bits = 0;
  let count = 0;
  let size = 258;
  let isFirst = true;
  for (const code of codes) {
    const width = fixed ?? Math.min(12, Math.max(9, Math.ceil(Math.log2(size + 1))));
    bits |= code << count;
    for (count += width; count >= 8; count -= 8) {
      bytes.push(bits & 0xff);
      bits >>>= 8;
    }
    if (code === 256) continue;
    // The table of a reader grows with every text except the first.
    if (!isFirst && size < 4096) size += 1;
    isFirst = false;
  }
  if (count > 0) bytes.push(bits & 0xff);
  return Buffer.from(bytes);
}
