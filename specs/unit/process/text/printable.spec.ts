import { describe, expect, test } from 'vitest';
import {
  isPrintable,
  printable,
  printableJson,
  printableLines,
} from '../../../../helpers/process/text/printable.ts';

describe('A text from outside', () => {
  test.for([
    ['plain: äöü 日本 ✔ 1+1=2', 'plain: äöü 日本 ✔ 1+1=2'],
    ['\u001B[2Jgone', String.raw`\x1b[2Jgone`],
    ['\u009B1A\u007F\u0000', String.raw`\x9b1A\x7f\x00`],
    ['one\r\ntwo\tthree', String.raw`one\r\ntwo\tthree`],
    ['\u202Etxt.exe\u2066', String.raw`\u202etxt.exe\u2066`],
    ['a\u200Bb\uFEFF', String.raw`a\u200bb\ufeff`],
    ['\u2028\u2029', String.raw`\u2028\u2029`],
    ['\u{E0001}tag', String.raw`\u{e0001}tag`],
    ['##[add-mask]x', String.raw`##\x5badd-mask]x`],
  ])('%j is shown as %s', ([text = '', shown = '']) => {
    expect(printable(text)).toBe(shown);
    expect(isPrintable(shown)).toBe(true);
  });

  test('of several lines keeps them, without a command for a CI runner', () => {
    const text = 'log:\tone\r\n::set-output name=a::b\n  ::warning::c\n\u001B[31mred';
    expect(printableLines(text).split('\n')).toEqual([
      'log:\tone',
      '| ::set-output name=a::b',
      '|   ::warning::c',
      String.raw`\x1b[31mred`,
    ]);
  });

  test('in JSON is the same data', () => {
    const value = { a: '\u001B]52;c;x\u0007 \u009B \u202E \u{E0001} ##[x] \n', b: [1, null] };
    const text = printableJson(value, 2);
    expect(text.split('\n').filter((line) => !isPrintable(line) || line.includes('##['))).toEqual(
      [],
    );
    expect(JSON.parse(text)).toEqual(value);
  });
});
