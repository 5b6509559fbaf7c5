import { createInterface } from 'node:readline';

/** Asks a question on stderr and reads the answer from stdin. */
export async function confirm(question: string): Promise<'yes' | 'no' | 'end of input'> {
  const lines = createInterface({ input: process.stdin });
  process.stdout.write(`${question} (y/n): `);
  try {
    for await (const line of lines) return /^\s*y/i.test(line) ? 'yes' : 'no';
    return 'end of input';
  } finally {
    lines.close();
    // A terminal or a pipe that stays open must not keep this process.
    process.stdin.destroy();
  }
}
