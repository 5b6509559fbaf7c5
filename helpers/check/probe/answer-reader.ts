/** The answer of an agent. */
export interface Answer {
  /** The number of the question. */
  readonly id: number;
  readonly isOk: boolean;
  /** JSON for a success, else an error in words. */
  readonly text: string;
}

const LONGEST_HEAD = 64;
const LONGEST_ANSWER = 64_000_000;

/** Takes an agent's output apart, however it comes in pieces: `ID ok|failed LENGTH`, a line's end, that many bytes. */
export class AnswerReader {
  #pieces: Buffer[] = [];
  #length = 0;
  #needed = 0;

  /** The answers that are whole with these bytes; throws when they are no agent's output. */
  read(bytes: Buffer): Answer[] {
    this.#pieces.push(bytes);
    this.#length += bytes.length;
    if (this.#length < this.#needed) return [];
    const answers: Answer[] = [];
    let rest = Buffer.concat(this.#pieces);
    for (;;) {
      const head = readHead(rest);
      this.#needed = head === undefined ? 0 : head.start + head.length;
      if (head === undefined || rest.length < this.#needed) break;
      const text = rest.toString('utf8', head.start, this.#needed);
      answers.push({ id: head.id, isOk: head.isOk, text });
      rest = rest.subarray(this.#needed);
    }
    this.#pieces = [rest];
    this.#length = rest.length;
    return answers;
  }
}

function readHead(bytes: Buffer) {
  const end = bytes.subarray(0, LONGEST_HEAD).indexOf('\n');
  if (end < 0 && bytes.length < LONGEST_HEAD) return undefined;
  const line = bytes.toString('latin1', 0, end < 0 ? LONGEST_HEAD : end);
  const [, id = '', status = '', length = ''] = /^(\d+) (ok|failed) (\d+)$/.exec(line) ?? [];
  if (status === '' || end < 0 || Number(length) > LONGEST_ANSWER) {
    throw new Error(`unreadable output: "${line}"`);
  }
  return { id: Number(id), isOk: status === 'ok', start: end + 1, length: Number(length) };
}
