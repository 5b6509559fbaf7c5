// The questions and answers of name servers, as far as addresses go: https://www.rfc-editor.org/rfc/rfc1035#section-4.1

const CODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'] as const;

const HEADER = 12;
const [TYPE_A, CLASS_IN] = [1, 1];
const RECURSION_DESIRED = 0x0100;
const IS_ANSWER = 0x8000;

/** The question for the IPv4 addresses of a name. */
export function writeNameQuery(id: number, name: string): Buffer {
  const labels = name
    .replace(/\.$/, '')
    .split('.')
    .map((label) => Buffer.from(label));
  if (labels.some(({ length }) => length === 0 || length > 63)) {
    throw new RangeError(`"${name}" is not a valid DNS name`);
  }
  const question = labels.flatMap((label) => [Buffer.of(label.length), label]);
  return Buffer.concat([
    words(id, RECURSION_DESIRED, 1, 0, 0, 0),
    ...question,
    Buffer.of(0),
    words(TYPE_A, CLASS_IN),
  ]);
}

/** Reads the answer to a query; undefined if it is no complete answer to it. */
export function readNameAnswer(
  id: number,
  message: Buffer,
): { code: string; addresses: string[] } | undefined {
  try {
    const flags = message.readUInt16BE(2);
    if (message.readUInt16BE(0) !== id || (flags & IS_ANSWER) === 0) return undefined;
    let at = HEADER;
    for (let left = message.readUInt16BE(4); left > 0; left -= 1) at = afterName(message, at) + 4;
    const addresses: string[] = [];
    for (let left = message.readUInt16BE(6); left > 0; left -= 1) {
      const record = afterName(message, at);
      const type = message.readUInt16BE(record);
      const length = message.readUInt16BE(record + 8);
      at = record + 10 + length;
      if (at > message.length) return undefined;
      if (type === TYPE_A && length === 4) {
        addresses.push(message.subarray(at - 4, at).join('.'));
      }
    }
    return { code: CODES[flags & 0xf] ?? `code ${flags & 0xf}`, addresses };
  } catch (error) {
    // The message is truncated.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Returns the position after a name; a name ends with an empty label or a pointer. */
function afterName(message: Buffer, at: number): number {
  const length = message.readUInt8(at);
  if (length >= 0xc0) return at + 2;
  return length === 0 ? at + 1 : afterName(message, at + 1 + length);
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => bytes.writeUInt16BE(value, index * 2));
  return bytes;
}
