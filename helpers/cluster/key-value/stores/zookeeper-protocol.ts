/** A request to a ZooKeeper. */
export interface ZooKeeperRequest {
  /** A description for people: `getData /docker/nodes`. */
  readonly line: string;
  readonly type: number;
  readonly fields: Buffer;
}

/** The reply to a request. */
export interface ZooKeeperReply {
  /** 0, one of {@link zooKeeperErrors}, or another error number. */
  readonly error: number;
  /** The returned fields, if any. */
  readonly fields: Buffer;
}

/** The errors that count as answers. */
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

/** Reads the reply to {@link getDataRequest}: the value. */
export function readData({ fields }: ZooKeeperReply): string {
  return new FieldReader(fields).readText();
}

/** Reads the reply to {@link getChildrenRequest}: the last elements of the children's paths. */
export function readChildren({ fields }: ZooKeeperReply): string[] {
  const reader = new FieldReader(fields);
  return Array.from({ length: reader.readCount() }, () => reader.readText());
}

/**
 * Encodes a whole session: its start, the requests and its end, after which ZooKeeper closes the connection. It may be
 * sent in one piece, because ZooKeeper answers requests in order.
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

/** Reads the replies to the requests of {@link writeSession}, in order. Throws if one is missing. */
export function readSession(answer: Buffer, requests: number): ZooKeeperReply[] {
  const reader = new FieldReader(answer);
  const session = new FieldReader(reader.readBytes());
  session.readInt();
  if (session.readInt() <= 0) throw new Error('ZooKeeper rejected the session');
  return Array.from({ length: requests }, (_, index) => {
    const reply = new FieldReader(reader.readBytes());
    const id = reply.readInt();
    if (id !== index + 1)
      throw new Error(`ZooKeeper answered request ${id} instead of ${index + 1}`);
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

  /** Reads the number of byte strings that follow; each is at least four bytes long. */
  readCount(): number {
    const count = this.readInt();
    if (count > (this.#bytes.length - this.#at) / 4) {
      throw new RangeError(`ZooKeeper announces ${count} entries in ${this.#bytes.length} bytes`);
    }
    // -1 means "none".
    return Math.max(0, count);
  }

  readBytes(): Buffer {
    // -1 means "none".
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

/** Prefixes bytes with their length. */
function frame(bytes: Buffer): Buffer {
  return Buffer.concat([int(bytes.length), bytes]);
}

const anyVersion = int(-1);
const noWatch = Buffer.of(0);

/** An access control list with one entry: everyone may do everything. */
const openToAll = Buffer.concat([int(1), int(0b11111), text('world'), text('anyone')]);

/**
 * The start of a session: version 0, no changes seen, a timeout of 10 s, and no previous session, whose password is 16
 * bytes.
 */
const beginSession = Buffer.concat([
  int(0),
  Buffer.alloc(8),
  int(10_000),
  Buffer.alloc(8),
  frame(Buffer.alloc(16)),
]);

const closeSession: ZooKeeperRequest = { line: 'close', type: -11, fields: Buffer.alloc(0) };
