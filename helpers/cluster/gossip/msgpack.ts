/** A MessagePack value. Strings are buffers, because the old format does not distinguish strings from bytes. */
export type Packed =
  | null
  | boolean
  | number
  | Buffer
  | Packed[]
  | { readonly [key: string]: Packed };

/** The maximum nesting depth of lists and maps; gossip uses three. */
const deepest = 16;

/**
 * Reads consecutive MessagePack values, limited to the types that gossip uses: no extensions, no floats. The bytes may
 * be malicious, so no list is longer than the remaining bytes, and values nest at most 16 deep.
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
        throw new Error(`msgpack: unknown type 0x${kind.toString(16)}`);
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
    if (this.#at + size > this.#bytes.length) throw new RangeError('msgpack: truncated data');
    this.#at += size;
    return this.#bytes.subarray(this.#at - size, this.#at);
  }

  /** Throws unless the remaining bytes can hold that many values of at least one byte each. */
  requireRoom(values: number): void {
    if (values > this.#bytes.length - this.#at) throw new RangeError('msgpack: truncated data');
  }

  #list(size: number): Packed[] {
    this.requireRoom(size);
    return this.#inside(() => Array.from({ length: size }, () => this.read()));
  }

  #inside<T>(read: () => T): T {
    this.#depth += 1;
    if (this.#depth > deepest)
      throw new RangeError(`msgpack: nested more than ${deepest} levels deep`);
    const value = read();
    this.#depth -= 1;
    return value;
  }

  #key(): string {
    const key = this.read();
    if (!Buffer.isBuffer(key)) throw new TypeError('msgpack: a key is not a string');
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
