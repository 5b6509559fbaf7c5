/** A value of MessagePack; texts are buffers, for the old format has no difference between text and bytes. */
export type Packed =
  | null
  | boolean
  | number
  | Buffer
  | Packed[]
  | { readonly [key: string]: Packed };

/** Lists and maps inside one another; gossip has three. */
const deepest = 16;

/**
 * Reads MessagePack values one after the other, as far as gossip uses them: nothing is extended, nothing floats.
 * The bytes may lie: no list is longer than the bytes that are left, and values nest 16 deep at most.
 */
export class MessagePackReader {
  readonly #bytes: Buffer;
  #at = 0;
  #depth = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  read(): Packed {
    const kind = this.#number(1);
    if (kind <= 0x7f) return kind;
    if (kind <= 0x8f) return this.#map(kind & 0x0f);
    if (kind <= 0x9f) return this.#list(kind & 0x0f);
    if (kind <= 0xbf) return this.#raw(kind & 0x1f);
    if (kind >= 0xe0) return kind - 0x100;
    switch (kind) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
      case 0xd9:
        return this.#raw(this.#number(1));
      case 0xc5:
      case 0xda:
        return this.#raw(this.#number(2));
      case 0xc6:
      case 0xdb:
        return this.#raw(this.#number(4));
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#number(1 << (kind - 0xcc));
      case 0xcf:
        return this.#number(4) * 2 ** 32 + this.#number(4);
      case 0xd0:
      case 0xd1:
      case 0xd2:
        return this.#signed(1 << (kind - 0xd0));
      case 0xdc:
        return this.#list(this.#number(2));
      case 0xde:
        return this.#map(this.#number(2));
      default:
        throw new Error(`msgpack: unknown kind 0x${kind.toString(16)}`);
    }
  }

  #number(size: number): number {
    const value = this.#bytes.readUIntBE(this.#at, size);
    this.#at += size;
    return value;
  }

  #signed(size: number): number {
    const value = this.#bytes.readIntBE(this.#at, size);
    this.#at += size;
    return value;
  }

  #raw(size: number): Buffer {
    if (this.#at + size > this.#bytes.length) throw new RangeError('msgpack: cut off');
    this.#at += size;
    return this.#bytes.subarray(this.#at - size, this.#at);
  }

  /** Throws unless that many values can follow: each takes a byte or more. */
  requireRoom(values: number): void {
    if (values > this.#bytes.length - this.#at) throw new RangeError('msgpack: cut off');
  }

  #list(size: number): Packed[] {
    this.requireRoom(size);
    return this.#inside(() => Array.from({ length: size }, () => this.read()));
  }

  #inside<T>(read: () => T): T {
    this.#depth += 1;
    if (this.#depth > deepest) throw new RangeError(`msgpack: nested more than ${deepest} deep`);
    const value = read();
    this.#depth -= 1;
    return value;
  }

  #key(): string {
    const key = this.read();
    if (!Buffer.isBuffer(key)) throw new TypeError('msgpack: a key that is no text');
    return key.toString('utf8');
  }

  #map(size: number): Record<string, Packed> {
    this.requireRoom(size * 2);
    return this.#inside(() =>
      Object.fromEntries(
        Array.from({ length: size }, (): [string, Packed] => [this.#key(), this.read()]),
      ),
    );
  }
}
