import { expect, test } from 'vitest';
import { readWalkthrough } from '../../walkthrough/read-walkthrough.ts';

const fence = '```';

test('commands are read with the heading above them and the output below them', () => {
  const text = `# One
text
${fence}sh
a
b
${fence}

${fence}output
c
${fence}
## Two
${fence}sh
d
${fence}
`;
  expect(readWalkthrough(text)).toEqual([
    { line: 4, part: 'One', commands: 'a\nb\n', output: 'c\n' },
    { line: 13, part: 'Two', commands: 'd\n', output: '' },
  ]);
});

test.each([
  ['an output without commands', `${fence}output\na\n${fence}\n`],
  [
    'a second output',
    `${fence}sh\na\n${fence}\n${fence}output\nb\n${fence}\n${fence}output\nc\n${fence}\n`,
  ],
  ['a block of another kind, which would not be checked', `${fence}\na\n${fence}\n`],
])('%s is an error', (_what, text) => {
  expect(() => readWalkthrough(text)).toThrow(/neither commands nor their output/);
});
