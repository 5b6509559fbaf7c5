import { open } from 'node:fs/promises';

/** What the head of an executable says. */
export interface ElfHead {
  /** Whether it is for the processor that this runs on. */
  readonly isForThisProcessor: boolean;
  /** Whether it asks for no dynamic loader, and so for no C library: it runs in an image that has nothing else. */
  readonly isStatic: boolean;
}

const MACHINES: Readonly<Record<string, number>> = { x64: 62, arm64: 183 };

/** A program header of this type names the dynamic loader. */
const INTERPRETER = 3;

/**
 * Reads the head of an ELF file; undefined for a file of any other kind.
 * https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
 */
export async function readElf(file: string): Promise<ElfHead | undefined> {
  await using handle = await open(file);
  const { buffer: head, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0);
  if (bytesRead < 64 || head.toString('latin1', 0, 4) !== '\x7fELF') return undefined;
  // 64 bits, the lowest byte first: so are both processors that Docker's engines run on here.
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
