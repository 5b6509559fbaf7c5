import { expect, test } from 'vitest';
import { differenceOf } from '../../walkthrough/match-output.ts';

const differs = (expected: string, actual: string) => differenceOf(expected, actual, new Map());

test.each([
  ['nothing', '', ''],
  ['the same', 'a\nb\n', 'a\nb\n'],
  ['output with other white space between columns and at line ends', 'a   b\n', 'a      b  \n'],
  ['an ID of twelve digits', '<id> x\n', '793da9de6948 x\n'],
  ['a number with or without a decimal point', 'in <number>/<number> ms\n', 'in 0.042/12 ms\n'],
])('%s matches', (_what, expected, actual) => {
  expect(differs(expected, actual)).toBeUndefined();
});

test.each([
  ['another word', 'a b\n', 'a c\n', /line 1/],
  ['another case', 'Running\n', 'running\n', /line 1/],
  ['several spaces instead of one', 'a b\n', 'a  b\n', /line 1/],
  ['one space instead of several', 'a  b\n', 'a b\n', /line 1/],
  ['additional text before it', 'a\n', 'xa\n', /line 1/],
  ['additional text after it', 'a\n', 'ax\n', /line 1/],
  ['a missing line', 'a\nb\n', 'a\n', /line 2 is missing: b/],
  ['an additional line', 'a\n', 'a\n\n', /line 2 is unexpected/],
  ['output where none is expected', '', 'a\n', /line 1 is unexpected: a/],
  ['missing output', 'a\n', '', /line 1 is missing: a/],
  ['a last line without a line break', 'a\n', 'a', /no line break/],
  ['a special character of regular expressions', 'a.b\n', 'axb\n', /line 1/],
  ['an ID that is too short', '<id>\n', '793da9de694\n', /line 1/],
  ['an ID that is too long', '<id>\n', '793da9de6948f\n', /line 1/],
])('%s is a difference', (_what, expected, actual, difference) => {
  expect(differs(expected, actual)).toMatch(difference);
});

test('a named placeholder has the same value everywhere', () => {
  const seen = new Map();
  const line = '<ip of one> <ip of two>\n';
  expect(differenceOf(line, '10.0.0.1 10.0.0.2\n', seen)).toBeUndefined();
  expect(differenceOf('<ip of one>\n', '10.0.0.1\n', seen)).toBeUndefined();
  expect(differenceOf('<ip of one>\n', '10.0.0.2\n', seen)).toBe(
    'line 1:\n  expected 10.0.0.1\n  actual   10.0.0.2',
  );
});

test('a placeholder that occurs twice in a line has the same value both times', () => {
  expect(differs('<ip of one> <ip of one>\n', '10.0.0.1 10.0.0.2\n')).toMatch(/line 1/);
});

test('an unknown placeholder is an error of the page', () => {
  expect(() => differs('<nothing>\n', 'a\n')).toThrow('unknown placeholder <nothing>');
});
