import { expect, test } from 'vitest';
import { parseGoJson } from '../../../../../helpers/cli/netns-machine/template/go-json.ts';

test.each([
  ['{bad', "invalid character 'b' looking for beginning of object key string"],
  ['', 'unexpected end of JSON input'],
  ['{', 'unexpected end of JSON input'],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a":1 "b"}', `invalid character '"' after object key:value pair`],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
  ['[1 2]', "invalid character '2' after array element"],
  ['{} x', "invalid character 'x' after top-level value"],
  ['{"a":x}', "invalid character 'x' looking for beginning of value"],
])('%j is refused with the message of Go: %s', (text, message) => {
  expect(() => parseGoJson(text)).toThrow(message);
});

test('valid JSON is parsed', () => {
  expect(parseGoJson('{"a":[1,null]}')).toEqual({ a: [1, null] });
});
