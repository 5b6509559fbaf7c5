import { open } from 'node:fs/promises';

/** The header of an executable. */
export interface ElfHead {
  /** True if it was built for this host's processor. */
  readonly isForThisProcessor: boolean;
  /** True if it needs no dynamic loader, and therefore no C library: it runs in an image without other files. */
  readonly isStatic: boolean;
}

const MACHINES: Readonly<Record<string, number>> = { x64: 62, arm64: 183 };

/** The type of the program header that names the dynamic loader. */
const INTERPRETER = 3;

/**
 * Reads the header of an ELF file; returns undefined for any other file.
 * https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
 */
export async function readElf(file: string): Promise<ElfHead | undefined> {
  await using handle = await open(file);
  const { buffer: head, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0);
  if (bytesRead < 64 || head.toString('latin1', 0, 4) !== '\x7fELF') return undefined;
  // 64-bit and little-endian, as both processors are on which Docker's engines run here.
  const isKnownLayout = head[4] === 2 && head[5] === 1;
  if (!isKnownLayout || head.readUInt16LE(18) !== MACHINES[process.arch]) {
    return { isForThisProcessor: false, isStatic: false };
  }
  const [size, count] = [head.readUInt16LE(54), head.readUInt16LE(56)];
  const table = Buffer.alloc(size * count);
  await handle.read(table, 0, table.length, Number(head.readBigUInt64LE(32)));
  const types = Array.from({ length: count }, (_, index) => table.readUInt32LE(index * size));
  return { isForThisProcessor: true, isStatic: !types.includes(INTERPRETER) };
}
