import '../../fuzz.ts';
import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { oneLine } from '../../../../helpers/process/text/one-line.ts';
import { AnswerTooLarge, readBounded } from '../../../../helpers/process/files/read-bounded.ts';

test('any message becomes one line of at most 2,000 characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 4000 }), (message) => {
      expect(oneLine(message)).not.toContain('\n');
      expect(oneLine(message).length).toBeLessThanOrEqual(2000);
    }),
  );
  expect(oneLine('  no such network \n\n\t my-net\n')).toBe('no such network my-net');
  expect(oneLine('\n'.repeat(1_000_000))).toBe('');
});

test('a stream is read up to its limit', async () => {
  const stream = Readable.from([Buffer.alloc(3), Buffer.alloc(5)]);
  expect(await readBounded(stream, 8)).toHaveLength(8);
});

test('a longer stream is ended after the piece that exceeds the limit', async () => {
  let made = 0;
  const endless = new Readable({
    read() {
      made += 1024;
      this.push(Buffer.alloc(1024));
    },
    highWaterMark: 1024,
  });
  await expect(readBounded(endless, 10 * 1024)).rejects.toThrow(AnswerTooLarge);
  expect(endless.destroyed).toBe(true);
  expect(made).toBeLessThanOrEqual(13 * 1024);
});
