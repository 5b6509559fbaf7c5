import { expect, test } from 'vitest';
import { demuxOutput } from '../../../../helpers/docker/containers/demux-output.ts';

function frame(stream: number, text: string): Buffer {
  const body = Buffer.from(text);
  const head = Buffer.alloc(8);
  head[0] = stream;
  head.writeUInt32BE(body.length, 4);
  return Buffer.concat([head, body]);
}

test('stdout and stderr of a program are separated, in order', () => {
  const bytes = Buffer.concat([frame(1, 'a\n'), frame(2, 'oh\n'), frame(1, ''), frame(1, 'b\n')]);
  expect(demuxOutput(bytes)).toEqual({ stdout: 'a\nb\n', stderr: 'oh\n' });
});

test('a multi-byte character in two frames stays complete', () => {
  const [first, second] = [frame(1, '?'), frame(1, '?')];
  first[8] = 0xc3;
  second[8] = 0xa4;
  expect(demuxOutput(Buffer.concat([first, second])).stdout).toBe('ä');
});

test('an incomplete last frame is returned as far as it was received', () => {
  expect(demuxOutput(frame(1, 'whole text').subarray(0, 12)).stdout).toBe('whol');
  expect(demuxOutput(frame(1, 'whole text').subarray(0, 5)).stdout).toBe('');
});
