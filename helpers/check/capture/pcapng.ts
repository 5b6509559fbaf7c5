/** The device of a capture: a block of the file describes it before its first frame. */
export interface CaptureDevice {
  readonly name: string;
  readonly description: string;
  /** `ethernet` has Ethernet headers; `ip` begins with the IP header. */
  readonly link: 'ethernet' | 'ip';
}

export interface CaptureFrame {
  /** The number of its device in the order of the file, from 0. */
  readonly device: number;
  readonly direction: 'in' | 'out';
  /** Nanoseconds since 1970. */
  readonly at: bigint;
  readonly bytes: Uint8Array;
}

/** Numbers of the registry of link types, tcpdump.org/linktypes.html. */
const linkTypes = { ethernet: 1, ip: 101 };

/**
 * The blocks of a pcapng file, which Wireshark and tcpdump read: draft-ietf-opsawg-pcapng. All numbers are little-endian;
 * values are padded to four bytes.
 */
export const pcapng = {
  /** The section header, with which a file begins. */
  begin(program: string): Buffer {
    const body = Buffer.alloc(16);
    body.writeUInt32LE(0x1a_2b_3c_4d, 0);
    body.writeUInt16LE(1, 4);
    // The length of the section is unknown.
    body.writeBigInt64LE(-1n, 8);
    return block(0x0a_0d_0d_0a, [body, option(4, Buffer.from(program)), endOfOptions]);
  },

  /** An interface description. */
  device({ name, description, link }: CaptureDevice): Buffer {
    const body = Buffer.alloc(8);
    body.writeUInt16LE(linkTypes[link], 0);
    const nanoseconds = Buffer.from([9]);
    return block(1, [
      body,
      option(2, Buffer.from(name)),
      option(3, Buffer.from(description)),
      option(9, nanoseconds),
      endOfOptions,
    ]);
  },

  /** An enhanced packet. */
  frame({ device, direction, at, bytes }: CaptureFrame): Buffer {
    const body = Buffer.alloc(20);
    body.writeUInt32LE(device, 0);
    body.writeUInt32LE(Number((at >> 32n) & 0xff_ff_ff_ffn), 4);
    body.writeUInt32LE(Number(at & 0xff_ff_ff_ffn), 8);
    body.writeUInt32LE(bytes.length, 12);
    body.writeUInt32LE(bytes.length, 16);
    const flags = Buffer.alloc(4);
    flags.writeUInt32LE(direction === 'in' ? 1 : 2, 0);
    return block(6, [body, padded(bytes), option(2, flags), endOfOptions]);
  },
};

const endOfOptions = Buffer.alloc(4);

function option(code: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(code, 0);
  head.writeUInt16LE(value.length, 2);
  return Buffer.concat([head, padded(value)]);
}

function block(type: number, parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(body.length + 12, 0);
  const head = Buffer.alloc(4);
  head.writeUInt32LE(type, 0);
  return Buffer.concat([head, length, body, length]);
}

function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}
