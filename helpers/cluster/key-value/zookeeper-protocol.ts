/** One thing that a ZooKeeper is asked for. */
export interface ZooKeeperRequest {
  /** For people: `getData /docker/nodes`. */
  readonly line: string;
  readonly type: number;
  readonly fields: Buffer;
}

/** What came of a request. */
export interface ZooKeeperReply {
  /** 0, or one of {@link zooKeeperErrors}, or another one. */
  readonly error: number;
  /** What it gives, if anything. */
  readonly fields: Buffer;
}

/** The errors that are answers. */
export const zooKeeperErrors = { noNode: -101, nodeExists: -110, notEmpty: -111 } as const;

export function createRequest(path: string, value: string): ZooKeeperRequest {
  return request('create', 1, path, [text(value), openToAll, int(0)]);
}

export function deleteRequest(path: string): ZooKeeperRequest {
  return request('delete', 2, path, [anyVersion]);
}

export function getDataRequest(path: string): ZooKeeperRequest {
  return request('getData', 4, path, [noWatch]);
}

export function setDataRequest(path: string, value: string): ZooKeeperRequest {
  return request('setData', 5, path, [text(value), anyVersion]);
}

export function getChildrenRequest(path: string): ZooKeeperRequest {
  return request('getChildren', 8, path, [noWatch]);
}

function request(name: string, type: number, path: string, fields: Buffer[]): ZooKeeperRequest {
  return { line: `${name} ${path}`, type, fields: Buffer.concat([text(path), ...fields]) };
}

/** What {@link getDataRequest} gives: the value. */
export function readData({ fields }: ZooKeeperReply): string {
  return new FieldReader(fields).readText();
}

/** What {@link getChildrenRequest} gives: the last words of their paths. */
export function readChildren({ fields }: ZooKeeperReply): string[] {
  const reader = new FieldReader(fields);
  return Array.from({ length: reader.readCount() }, () => reader.readText());
}

/**
 * A whole session: it is begun, asks for all of this, and is ended, whereupon ZooKeeper closes the connection. It may be
 * sent in one piece: requests are answered in their order.
 */
export function writeSession(requests: readonly ZooKeeperRequest[]): Buffer {
  const all = [...requests, closeSession];
  return Buffer.concat([
    frame(beginSession),
    ...all.map(({ type, fields }, index) =>
      frame(Buffer.concat([int(index + 1), int(type), fields])),
    ),
  ]);
}

/** The replies to the requests of {@link writeSession}, in their order; throws when one is missing. */
export function readSession(answer: Buffer, requests: number): ZooKeeperReply[] {
  const reader = new FieldReader(answer);
  const session = new FieldReader(reader.readBytes());
  session.readInt();
  if (session.readInt() <= 0) throw new Error('ZooKeeper refused the session');
  return Array.from({ length: requests }, (_, index) => {
    const reply = new FieldReader(reader.readBytes());
    const id = reply.readInt();
    if (id !== index + 1) throw new Error(`ZooKeeper answered request ${id}, not ${index + 1}`);
    // The number of the last change.
    reply.skip(8);
    return { error: reply.readInt(), fields: reply.rest() };
  });
}

/** Reads Jute, the format of ZooKeeper's messages: big-endian numbers, and bytes after their length. */
class FieldReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  readInt(): number {
    return this.#take(4).readInt32BE();
  }

  /** How many byte strings follow; each takes four bytes or more. */
  readCount(): number {
    const count = this.readInt();
    if (count > (this.#bytes.length - this.#at) / 4) {
      throw new RangeError(`ZooKeeper announces ${count} entries in ${this.#bytes.length} bytes`);
    }
    // -1 stands for nothing at all.
    return Math.max(0, count);
  }

  readBytes(): Buffer {
    // -1 stands for nothing at all.
    return this.#take(Math.max(0, this.readInt()));
  }

  readText(): string {
    return this.readBytes().toString('utf8');
  }

  skip(length: number): void {
    this.#take(length);
  }

  rest(): Buffer {
    return this.#bytes.subarray(this.#at);
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) {
      throw new Error(`ZooKeeper closed the connection after ${this.#bytes.length} bytes`);
    }
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function text(value: string): Buffer {
  return frame(Buffer.from(value));
}

/** With its length in front. */
function frame(bytes: Buffer): Buffer {
  return Buffer.concat([int(bytes.length), bytes]);
}

const anyVersion = int(-1);
const noWatch = Buffer.of(0);

/** One entry in the list of who may do what: everybody, everything. */
const openToAll = Buffer.concat([int(1), int(0b11111), text('world'), text('anyone')]);

/** Version 0, no change seen so far, 10 s without a word, no session of before, whose password is 16 bytes. */
const beginSession = Buffer.concat([
  int(0),
  Buffer.alloc(8),
  int(10_000),
  Buffer.alloc(8),
  frame(Buffer.alloc(16)),
]);

const closeSession: ZooKeeperRequest = { line: 'close', type: -11, fields: Buffer.alloc(0) };
