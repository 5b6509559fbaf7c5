import { describe, expect, test } from 'vitest';
import {
  type Answer,
  comparableAnswer,
  expectedAnswer,
  isProgress,
} from '../../machine-cli/compare.ts';
import { readRecordings, type Recording, SCENARIOS } from '../../machine-cli/recordings.ts';
import { rewriteTables } from '../../machine-cli/table.ts';

const here = { substitute: (text: string) => text, without: [] };
// A config.json of the recordings has fields of its driver that netns does not have.
const recordings = SCENARIOS.flatMap(readRecordings).filter(
  ({ stdout }) => !/"(?:EnginePort|Index)"/.test(stdout),
);

test('a recording is equal to its own expected answer', () => {
  expect(recordings.length).toBeGreaterThan(300);
  for (const recording of recordings) {
    expect(comparableAnswer(recording), recording.name).toEqual(expectedAnswer(recording, here));
  }
});

test('rewriting a table without changes keeps it', () => {
  const texts = SCENARIOS.flatMap(readRecordings).map(({ stdout }) => stdout);
  let rows = 0;
  for (const text of texts) {
    const rewritten = rewriteTables(text, (row) => {
      rows += row.length > 1 ? 1 : 0;
      return row;
    });
    expect(rewritten).toBe(text);
  }
  expect(rows).toBeGreaterThan(50);
});

describe('an answer differs from the recording if it has', () => {
  test.each<[what: string, broken: (recording: Recording) => Answer[]]>([
    ['another exit code', (one) => [{ ...one, exit: one.exit === 0 ? 1 : 0 }]],
    [
      'its outputs swapped',
      (one) =>
        one.stdout === one.stderr ? [] : [{ ...one, stdout: one.stderr, stderr: one.stdout }],
    ],
    [
      'no line feed at its end',
      (one) => each(one, (text) => (isCompared(lastLine(text)) ? [text.slice(0, -1)] : [])),
    ],
    ['an additional empty line', (one) => each(one, (text) => [`${text}\n`])],
    ['a missing line', (one) => eachLine(one, () => [])],
    ['a duplicate line', (one) => eachLine(one, (line) => [line, line])],
    ['a line on the other stream', lineMoved],
    ['an additional word in a line', (one) => eachLine(one, (line) => [`${line}x`])],
    ['a letter of another case', (one) => eachLine(one, (line) => [swapCase(line)])],
    ['a wider gap', (one) => eachLine(one, (line) => [line.replace(/ {2,}/, '$& ')])],
    ['a narrower gap', (one) => eachLine(one, (line) => [line.replace(/ ( {2,})/, '$1')])],
    ['an additional blank at the end of a line', (one) => eachLine(one, (line) => [`${line} `])],
  ])('%s', (_what, broken) => {
    expect(recordings.flatMap(broken).length).toBeGreaterThan(50);
    expect(passing(broken)).toEqual([]);
  });
});

/** Returns the recordings for which at least one broken answer is accepted as the recorded one. */
function passing(broken: (recording: Recording) => Answer[]): string[] {
  return recordings
    .filter((recording) => {
      const expected = JSON.stringify(expectedAnswer(recording, here));
      return broken(recording)
        .filter((answer) => !sameAs(answer, recording))
        .some((answer) => JSON.stringify(comparableAnswer(answer)) === expected);
    })
    .map(({ name }) => name);
}

function sameAs(answer: Answer, { exit, stdout, stderr }: Answer): boolean {
  return answer.exit === exit && answer.stdout === stdout && answer.stderr === stderr;
}

/** Returns an answer for each way to break one of the two outputs. An empty output has none. */
function each({ exit, stdout, stderr }: Answer, broken: (text: string) => string[]): Answer[] {
  return [
    ...(stdout === '' ? [] : broken(stdout).map((text) => ({ exit, stderr, stdout: text }))),
    ...(stderr === '' ? [] : broken(stderr).map((text) => ({ exit, stdout, stderr: text }))),
  ];
}

/** Returns an answer for each line that is compared, with other lines in its place. */
function eachLine(answer: Answer, broken: (line: string) => string[]): Answer[] {
  return each(answer, (text) => {
    const lines = text.replace(/\n$/, '').split('\n');
    return lines.flatMap((line, at) =>
      isCompared(line) ? [`${lines.toSpliced(at, 1, ...broken(line)).join('\n')}\n`] : [],
    );
  });
}

function lineMoved({ exit, stdout, stderr }: Answer): Answer[] {
  const [first = ''] = stdout.split('\n', 1);
  if (stdout === '') return [];
  return [{ exit, stdout: stdout.slice(first.length + 1), stderr: `${first}\n${stderr}` }];
}

/** Returns true for lines that are compared. Progress, debug output and the program's version are not. */
function isCompared(line: string): boolean {
  return !isProgress(line) && !/^(?:\(debug\)|docker-machine version )/.test(line);
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}

function swapCase(line: string): string {
  return line.replace(/[a-z]/i, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
}
