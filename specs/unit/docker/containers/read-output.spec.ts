import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { readOutput } from '../../../../helpers/docker/containers/read-output.ts';

function frame(source: 1 | 2, text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = source;
  header.writeUInt32BE(text.length, 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

async function read(chunks: readonly Buffer[], hasTerminal = false) {
  const texts = { stdout: '', stderr: '' };
  for await (const { source, bytes } of readOutput(Readable.from(chunks), { hasTerminal })) {
    texts[source] += bytes.toString();
  }
  return texts;
}

test.each([1, 3, 7, 1000])('Frames are parted in chunks of %i bytes as in one', async (size) => {
  const whole = Buffer.concat([
    frame(1, 'one\n'),
    frame(2, 'error\n'),
    frame(1, ''),
    frame(1, 'two'),
  ]);
  const chunks = Array.from({ length: Math.ceil(whole.length / size) }, (_, at) =>
    whole.subarray(at * size, (at + 1) * size),
  );
  expect(await read(chunks)).toEqual({ stdout: 'one\ntwo', stderr: 'error\n' });
});

test('Parts of a frame are returned before the frame is complete', async () => {
  const output = readOutput(Readable.from([frame(1, 'abcdef').subarray(0, 10)]), {
    hasTerminal: false,
  });
  expect((await output.next()).value).toMatchObject({ bytes: Buffer.from('ab') });
});

test('The output of a terminal has no frames', async () => {
  expect(await read([frame(2, 'x')], true)).toMatchObject({ stdout: frame(2, 'x').toString() });
});
