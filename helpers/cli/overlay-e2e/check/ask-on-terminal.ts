import { createInterface } from 'node:readline/promises';
import { printable } from '../../../process/text/printable.ts';

/** Asks on the terminal. Anything but yes means no, including the end of input. */
export async function askOnTerminal(question: string, signal: AbortSignal): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // A terminal that is read line by line has its Ctrl-C read, too.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  lines.on('close', () => resolve(''));
  try {
    const answer = await Promise.race([
      lines.question(`${printable(question)} [y/N] `, { signal }),
      ended,
    ]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}
