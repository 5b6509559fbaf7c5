/** The answers of a program that runs outside of a keeper's namespaces: its descriptors 1, 2 and 3, and its exit code. */
const channels = ['exit', 'output', 'errors', 'status'] as const;

type Channel = (typeof channels)[number];

interface Frame {
  readonly channel: Channel;
  readonly payload: Buffer;
}

/** One byte for the channel, four for the length. */
const HEAD = 5;

/** Returns the bytes of one frame. */
export function makeFrame(channel: Channel, payload: Buffer): Buffer {
  const head = Buffer.alloc(HEAD);
  head.writeUInt8(channels.indexOf(channel), 0);
  head.writeUInt32BE(payload.length, 1);
  return Buffer.concat([head, payload]);
}

/** Puts frames together again, however the connection has split them. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  read(chunk: Buffer): Frame[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const frames: Frame[] = [];
    while (this.#rest.length >= HEAD) {
      const end = HEAD + this.#rest.readUInt32BE(1);
      if (this.#rest.length < end) break;
      const channel = channels[this.#rest.readUInt8(0)] ?? 'exit';
      frames.push({ channel, payload: this.#rest.subarray(HEAD, end) });
      this.#rest = this.#rest.subarray(end);
    }
    return frames;
  }
}
