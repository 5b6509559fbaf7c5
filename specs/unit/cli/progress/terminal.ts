import { Duplex } from 'node:stream';
import xterm from '@xterm/headless';

/** A terminal that nobody sees: what is written to its stream stands on its screen as on a real one. */
export interface VirtualTerminal {
  readonly stream: NodeJS.WriteStream;
  /** The screen's lines, without the empty ones at its end. */
  screen(): Promise<string[]>;
  /** Those that were scrolled out, too. */
  everything(): Promise<string[]>;
  /** The line and column that the cursor stands in, counted from the beginning of {@link everything}. */
  cursor(): Promise<{ row: number; column: number }>;
  /** Shows what its user types, past the stream. */
  echo(typed: string): void;
  /** How often something was written so far. */
  writes(): number;
  resize(columns: number, rows: number): Promise<void>;
}

export function openTerminal(columns: number, rows: number): VirtualTerminal {
  const terminal = new xterm.Terminal({
    cols: columns,
    rows,
    scrollback: 1000,
    allowProposedApi: true,
    // As a real one's driver does.
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
