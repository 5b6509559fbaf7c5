import { expect, test } from 'vitest';
import { differenceOf } from '../../walkthrough/match-output.ts';

const differs = (expected: string, actual: string) => differenceOf(expected, actual, new Map());

test.each([
  ['nothing', '', ''],
  ['the same', 'a\nb\n', 'a\nb\n'],
  ['other gaps between columns, and at the end of a line', 'a   b\n', 'a      b  \n'],
  ['an id of twelve digits', '<id> x\n', '793da9de6948 x\n'],
  ['numbers with and without a point', 'in <number>/<number> ms\n', 'in 0.042/12 ms\n'],
])('%s is as expected', (_what, expected, actual) => {
  expect(differs(expected, actual)).toBeUndefined();
});

test.each([
  ['another word', 'a b\n', 'a c\n', /line 1/],
  ['another case', 'Running\n', 'running\n', /line 1/],
  ['a gap where there is to be one blank', 'a b\n', 'a  b\n', /line 1/],
  ['one blank where there is to be a gap', 'a  b\n', 'a b\n', /line 1/],
  ['something before it', 'a\n', 'xa\n', /line 1/],
  ['something behind it', 'a\n', 'ax\n', /line 1/],
  ['a line too little', 'a\nb\n', 'a\n', /line 2 is missing: b/],
  ['a line too much', 'a\n', 'a\n\n', /line 2 is too much/],
  ['something where nothing is to be', '', 'a\n', /line 1 is too much: a/],
  ['nothing where something is to be', 'a\n', '', /line 1 is missing: a/],
  ['a last line without an end', 'a\n', 'a', /no end/],
  ['a character that means something in a pattern', 'a.b\n', 'axb\n', /line 1/],
  ['an id that is too short', '<id>\n', '793da9de694\n', /line 1/],
  ['an id that is too long', '<id>\n', '793da9de6948f\n', /line 1/],
])('%s is a difference', (_what, expected, actual, difference) => {
  expect(differs(expected, actual)).toMatch(difference);
});

test('what has a name is the same wherever it stands', () => {
  const seen = new Map();
  const line = '<ip of one> <ip of two>\n';
  expect(differenceOf(line, '10.0.0.1 10.0.0.2\n', seen)).toBeUndefined();
  expect(differenceOf('<ip of one>\n', '10.0.0.1\n', seen)).toBeUndefined();
  expect(differenceOf('<ip of one>\n', '10.0.0.2\n', seen)).toBe(
    'line 1:\n  expected 10.0.0.1\n  seen     10.0.0.2',
  );
});

test('a name twice in one line stands for the same both times', () => {
  expect(differs('<ip of one> <ip of one>\n', '10.0.0.1 10.0.0.2\n')).toMatch(/line 1/);
});

test('a placeholder that does not exist is an error of the text', () => {
  expect(() => differs('<nothing>\n', 'a\n')).toThrow('there is no placeholder <nothing>');
});
