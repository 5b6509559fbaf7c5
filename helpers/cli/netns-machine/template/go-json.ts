/** Errors of V8 about JSON text with the corresponding errors of Go, for which scripts around docker-machine may search. */
const WORDS: readonly (readonly [v8: RegExp, go: string])[] = [
  [/^Expected property name/, 'looking for beginning of object key string'],
  [/^Expected double-quoted property name/, 'looking for beginning of object key string'],
  [/^Expected ':'/, 'after object key'],
  [/^Expected ',' or '}'/, 'after object key:value pair'],
  [/^Expected ',' or ']'/, 'after array element'],
  [/^Unexpected non-whitespace character/, 'after top-level value'],
  [/^Unexpected token/, 'looking for beginning of value'],
];

/** Parses JSON; the error says what is wrong in the words of Go's package `encoding/json`. */
export function parseGoJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const { message } = error as SyntaxError;
    const at = /at position (\d+)/.exec(message)?.[1];
    const token = /^Unexpected token '(.)'/u.exec(message)?.[1];
    const character = token ?? (at === undefined ? undefined : text[Number(at)]);
    const words = WORDS.find(([v8]) => v8.test(message))?.[1];
    if (character === undefined || words === undefined) {
      throw new Error('unexpected end of JSON input', { cause: error });
    }
    throw new Error(`invalid character '${character}' ${words}`, { cause: error });
  }
}
