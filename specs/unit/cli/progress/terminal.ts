import { Duplex } from 'node:stream';
import xterm from '@xterm/headless';

/** A virtual terminal. Its screen shows the output of its stream as a real terminal would. */
export interface VirtualTerminal {
  readonly stream: NodeJS.WriteStream;
  /** The lines of the screen, without empty lines at its end. */
  screen(): Promise<string[]>;
  /** All lines, including lines that scrolled off the screen. */
  everything(): Promise<string[]>;
  /** The position of the cursor, counted from the beginning of {@link everything}. */
  cursor(): Promise<{ row: number; column: number }>;
  /** Prints typed characters directly to the screen, not through the stream. */
  echo(typed: string): void;
  /** The number of writes so far. */
  writes(): number;
  resize(columns: number, rows: number): Promise<void>;
}

export function openTerminal(columns: number, rows: number): VirtualTerminal {
  const terminal = new xterm.Terminal({
    cols: columns,
    rows,
    scrollback: 1000,
    allowProposedApi: true,
    // The driver of a real terminal does this.
    convertEol: true,
  });
  let settled = Promise.resolve();
  let writes = 0;
  const stream = new Duplex({
    read: () => {},
    write: (chunk: Buffer, _encoding, done) => {
      writes += 1;
      const { promise, resolve } = Promise.withResolvers<void>();
      settled = promise;
      terminal.write(chunk, resolve);
      done();
    },
  });
  Object.assign(stream, { isTTY: true, columns, rows });
  const read = async (from: () => number) => {
    await settled;
    const { active } = terminal.buffer;
    const lines: string[] = [];
    for (let row = from(); row < active.baseY + terminal.rows; row += 1) {
      lines.push(active.getLine(row)?.translateToString(true) ?? '');
    }
    return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1);
  };
  return {
    stream: stream as unknown as NodeJS.WriteStream,
    screen: async () => await read(() => terminal.buffer.active.baseY),
    everything: async () => await read(() => 0),
    cursor: async () => {
      await settled;
      const { baseY, cursorY, cursorX } = terminal.buffer.active;
      return { row: baseY + cursorY, column: cursorX };
    },
    echo: (typed) => terminal.write(typed),
    writes: () => writes,
    resize: async (newColumns, newRows) => {
      await settled;
      terminal.resize(newColumns, newRows);
      Object.assign(stream, { columns: newColumns, rows: newRows });
      stream.emit('resize');
    },
  };
}
