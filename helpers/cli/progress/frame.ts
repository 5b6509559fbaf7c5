import * as escapes from 'ansi-escapes';
import stringWidth from 'fast-string-width';

/**
 * The lines at the bottom of a terminal that are redrawn with each change. Other output to the terminal appears above
 * them and stays. Each change is one write over the old lines, so that nothing flickers, even without support for
 * synchronized output.
 */
export class Frame {
  readonly #stream: NodeJS.WriteStream;
  readonly #write: (text: string) => boolean;
  readonly #giveBack: readonly (() => void)[];
  #drawn: readonly string[] = [];
  /** An incomplete line of other output. */
  #begun = '';
  #hasEnded = false;

  /**
   * @param stream a terminal
   * @param others further streams that lead to the same one
   */
  constructor(stream: NodeJS.WriteStream, others: readonly NodeJS.WriteStream[] = []) {
    this.#stream = stream;
    this.#write = stream.write.bind(stream);
    this.#giveBack = [stream, ...others].map((one) =>
      divert(one, (text) => this.#printForeign(text)),
    );
    process.on('exit', this.end);
  }

  /** Columns that a line may have: one in the last column would make some terminals begin another. */
  get width(): number {
    return Math.max((this.#stream.columns || 80) - 1, 20);
  }

  /** The maximum number of lines; the cursor needs one line below them. */
  get height(): number {
    return Math.max((this.#stream.rows || 24) - 2, 3);
  }

  /** Draws these lines in place of those before; none of them may be wider than {@link width}. */
  draw(lines: readonly string[]): void {
    this.#replace('', lines);
  }

  /** Writes a whole line above the lines that are drawn. It may be of any width, and it stays. */
  print(line: string, lines: readonly string[] = this.#drawn): void {
    this.#replace(`${line}\n`, lines);
  }

  /** Removes the lines. Printed output stays, with the cursor in the line after it. */
  readonly end = (): void => {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    process.off('exit', this.end);
    this.#replace(this.#begun, []);
    for (const giveBack of this.#giveBack) giveBack();
  };

  #printForeign(text: string): boolean {
    const whole = this.#begun + text;
    const end = whole.lastIndexOf('\n') + 1;
    this.#begun = whole.slice(end);
    return end === 0 ? true : this.#replace(whole.slice(0, end), this.#drawn);
  }

  #replace(printed: string, lines: readonly string[]): boolean {
    const before = this.#drawn;
    this.#drawn = lines;
    const isSame = lines.length === before.length && lines.every((one, at) => one === before[at]);
    if (printed === '' && isSame) return true;
    const up = this.#rowsOf(before);
    // A terminal prints ^C at the cursor, even before the first line is drawn.
    const top = `\r${up === 0 ? '' : escapes.cursorUp(up)}`;
    // Overwrites the old lines one by one. Printed text may need several rows, so all lines are cleared first in that case.
    const [clear, endOfLine] =
      printed === '' ? ['', escapes.eraseEndLine] : [escapes.eraseDown, ''];
    const drawn = lines.map((line) => `${line}${endOfLine}\n`).join('');
    const rest = printed === '' ? escapes.eraseDown : '';
    return this.#write(escapes.synchronizedOutput(top + clear + printed + drawn + rest));
  }

  /** Returns the number of rows of the drawn lines; a narrower terminal has wrapped them. */
  #rowsOf(lines: readonly string[]): number {
    const columns = this.#stream.columns || 80;
    return lines.reduce(
      (rows, line) => rows + Math.max(1, Math.ceil(stringWidth(line) / columns)),
      0,
    );
  }
}

/** Redirects the output of the stream to `take`, until the returned function is called. */
function divert(stream: NodeJS.WriteStream, take: (text: string) => boolean): () => void {
  const write: unknown = Reflect.get(stream, 'write');
  const taking = (chunk: Uint8Array | string, ...rest: unknown[]) => {
    const accepted = take(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
    const done = rest.find((one) => typeof one === 'function');
    if (done !== undefined) process.nextTick(done);
    return accepted;
  };
  stream.write = taking;
  return () => {
    // Other code may have replaced it in the meantime.
    if (Reflect.get(stream, 'write') === taking) Reflect.set(stream, 'write', write);
  };
}
