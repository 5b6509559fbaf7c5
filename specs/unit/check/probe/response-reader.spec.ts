import { describe, expect, test } from 'vitest';
import { ResponseReader } from '../../../../helpers/check/probe/response-reader.ts';

const TWO = Buffer.from('3 ok 4\n"ü"12 failed 11\nno 2 ok 3\nx');

describe('The output of an agent', () => {
  test('gives the same responses in pieces of any size, even if one contains a head', () => {
    const expected = [
      { id: 3, isOk: true, text: '"ü"' },
      { id: 12, isOk: false, text: 'no 2 ok 3\nx' },
    ];
    for (let size = 1; size <= TWO.length; size += 1) {
      const reader = new ResponseReader();
      const answers = [];
      for (let at = 0; at < TWO.length; at += size) {
        answers.push(...reader.read(TWO.subarray(at, at + size)));
      }
      expect(answers, `pieces of ${size}`).toEqual(expected);
    }
  });

  test('gives a response when it is complete', () => {
    const reader = new ResponseReader();
    expect(reader.read(Buffer.from('1 ok 10\n123456789'))).toEqual([]);
    expect(reader.read(Buffer.from('0'))).toEqual([{ id: 1, isOk: true, text: '1234567890' }]);
  });

  test.each([
    ['the error of a program', 'exec /agent: no such file\n'],
    ['a line that never ends', 'x'.repeat(64)],
    ['a response longer than 64 MB', '1 ok 64000001\n'],
  ])('is refused if it is %s', (_, text) => {
    expect(() => new ResponseReader().read(Buffer.from(text))).toThrow('unreadable output');
  });
});
