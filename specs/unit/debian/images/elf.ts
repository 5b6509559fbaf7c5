/** The properties of a small executable. */
export interface ElfParts {
  readonly processor: NodeJS.Architecture;
  /** True if it names a dynamic loader. */
  readonly dynamic?: boolean;
  /** The text that it prints with any arguments; only for x64. */
  readonly says?: string;
}

const MACHINES: Partial<Record<NodeJS.Architecture, number>> = { x64: 62, arm64: 183 };
const BASE = 0x400000;
const HEADERS = 64 + 2 * 56;

/** Returns an executable of a few bytes: its header, two program headers, and code that prints and exits. */
export function makeElf({ processor, dynamic = false, says = '' }: ElfParts): Buffer {
  const code = Buffer.from(
    // write(1, text, length), exit(0)
    'b801000000bf01000000488d3510000000ba000000000f05b83c00000031ff0f05',
    'hex',
  );
  const text = Buffer.from(says);
  code.writeUInt32LE(text.length, 18);
  const head = Buffer.alloc(HEADERS);
  head.write('\x7fELF\x02\x01\x01', 'latin1');
  head.writeUInt16LE(2, 16);
  head.writeUInt16LE(MACHINES[processor] ?? 0, 18);
  head.writeUInt32LE(1, 20);
  head.writeBigUInt64LE(BigInt(BASE + HEADERS), 24);
  head.writeBigUInt64LE(64n, 32);
  head.writeUInt16LE(64, 52);
  head.writeUInt16LE(56, 54);
  head.writeUInt16LE(2, 56);
  const size = BigInt(HEADERS + code.length + text.length);
  writeProgramHeader(head.subarray(64), 1, size);
  // PT_INTERP, or PT_NULL, which is ignored.
  writeProgramHeader(head.subarray(120), dynamic ? 3 : 0, 0n);
  return Buffer.concat([head, code, text]);
}

function writeProgramHeader(at: Buffer, type: number, size: bigint): void {
  at.writeUInt32LE(type, 0);
  at.writeUInt32LE(5, 4);
  at.writeBigUInt64LE(BigInt(BASE), 16);
  at.writeBigUInt64LE(BigInt(BASE), 24);
  at.writeBigUInt64LE(size, 32);
  at.writeBigUInt64LE(size, 40);
  at.writeBigUInt64LE(0x1000n, 48);
}
