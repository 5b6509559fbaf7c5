/**
 * Splits text into lines as it comes. Lines end with a line feed, which is not part of them; a carriage return before it
 * is removed. A line that is longer than the limit is returned in parts, so that an endless line needs no endless memory.
 *
 * @param limit in bytes
 */
export async function* readLines(
  source: AsyncIterable<Uint8Array>,
  limit = 65_536,
): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    rest = Buffer.concat([rest, chunk]);
    let start = 0;
    for (;;) {
      const end = rest.indexOf(0x0a, start);
      if (end < 0) break;
      yield text(rest.subarray(start, end));
      start = end + 1;
    }
    rest = rest.subarray(start);
    while (rest.length > limit) {
      yield text(rest.subarray(0, limit));
      rest = rest.subarray(limit);
    }
  }
  if (rest.length > 0) yield text(rest);
}

function text(line: Buffer): string {
  return line.toString('utf8').replace(/\r$/, '');
}
