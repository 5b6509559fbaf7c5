/** One response of an agent. */
export interface AgentResponse {
  /** The id of the command. */
  readonly id: number;
  readonly isOk: boolean;
  /** JSON if the command succeeded, else an error message. */
  readonly text: string;
}

const LONGEST_HEAD = 64;
const LONGEST_BODY = 64_000_000;

/** Splits an agent's output into responses: `ID ok|failed LENGTH`, a line feed, LENGTH bytes. The protocol: agent/PROTOCOL.md. */
export class ResponseReader {
  #pieces: Buffer[] = [];
  #length = 0;
  #needed = 0;

  /** Returns the responses that these bytes complete; throws if the bytes are not an agent's output. */
  read(bytes: Buffer): AgentResponse[] {
    this.#pieces.push(bytes);
    this.#length += bytes.length;
    if (this.#length < this.#needed) return [];
    const responses: AgentResponse[] = [];
    let rest = Buffer.concat(this.#pieces);
    for (;;) {
      const head = readHead(rest);
      this.#needed = head === undefined ? 0 : head.start + head.length;
      if (head === undefined || rest.length < this.#needed) break;
      const text = rest.toString('utf8', head.start, this.#needed);
      responses.push({ id: head.id, isOk: head.isOk, text });
      rest = rest.subarray(this.#needed);
    }
    this.#pieces = [rest];
    this.#length = rest.length;
    return responses;
  }
}

function readHead(bytes: Buffer) {
  const end = bytes.subarray(0, LONGEST_HEAD).indexOf('\n');
  if (end < 0 && bytes.length < LONGEST_HEAD) return undefined;
  const line = bytes.toString('latin1', 0, end < 0 ? LONGEST_HEAD : end);
  const [, id = '', status = '', length = ''] = /^(\d+) (ok|failed) (\d+)$/.exec(line) ?? [];
  if (status === '' || end < 0 || Number(length) > LONGEST_BODY) {
    throw new Error(`unreadable output: "${line}"`);
  }
  return { id: Number(id), isOk: status === 'ok', start: end + 1, length: Number(length) };
}
