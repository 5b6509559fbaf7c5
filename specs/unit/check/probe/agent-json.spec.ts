import { expect, test } from 'vitest';
import { runAgent } from './run-agent.ts';

test('hashes, arrays, undef, literals and strings become JSON', () => {
  expect(
    runAgent(
      `{ list => [1, \\2, \\'true', undef, []], text => '', nested => { b => 'x', a => {} } }`,
    ),
  ).toEqual({
    list: ['1', 2, true, null, []],
    text: '',
    nested: { a: {}, b: 'x' },
  });
});

test('names are sorted, so that equal values have equal text', () => {
  expect(runAgent(`Json::encode({ map { $_ => '' } qw(b c a) })`)).toBe('{"a":"","b":"","c":""}');
});

test('every byte below 128 is read as the same character', () => {
  const ascii = Array.from({ length: 128 }, (_, code) => String.fromCodePoint(code)).join('');
  expect(runAgent('join "", map { chr } 0 .. 127')).toBe(ascii);
});

test('quotes, backslashes and control characters are escaped (RFC 8259, section 7)', () => {
  expect(runAgent(String.raw`Json::encode("\"\\\n\x7f")`)).toBe(
    String.raw`"\u0022\u005c\u000a\u007f"`,
  );
});

test('UTF-8 is kept, and bytes that are not UTF-8 are read as Latin-1', () => {
  expect(runAgent(String.raw`["\xc3\xbc\xe2\x82\xac", "\xfc", "\xff\xfe\xc3"]`)).toEqual([
    'ü€',
    'ü',
    'ÿþÃ',
  ]);
});
