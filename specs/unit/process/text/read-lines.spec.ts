import { expect, test } from 'vitest';
import { readLines } from '../../../../helpers/process/text/read-lines.ts';

async function lines(chunks: readonly string[], limit?: number): Promise<string[]> {
  async function* source() {
    for (const chunk of chunks) yield Buffer.from(chunk);
  }
  return await Array.fromAsync(readLines(source(), limit));
}

test('Lines are split at line feeds, wherever the chunks end', async () => {
  expect(await lines(['a\nb', 'c\r\n', '\nd'])).toEqual(['a', 'bc', '', 'd']);
  expect(await lines([])).toEqual([]);
});

test('A line beyond the limit comes in parts', async () => {
  expect(await lines(['abcdef', 'gh\ni'], 4)).toEqual(['abcd', 'efgh', 'i']);
});
