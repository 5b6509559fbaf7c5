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
// A config.json of the recordings has fields of its driver's, which ours has not.
const recordings = SCENARIOS.flatMap(readRecordings).filter(
  ({ stdout }) => !/"(?:EnginePort|Index)"/.test(stdout),
);

test('what was recorded is itself the answer that is expected', () => {
  expect(recordings.length).toBeGreaterThan(300);
  for (const recording of recordings) {
    expect(comparableAnswer(recording), recording.name).toEqual(expectedAnswer(recording, here));
  }
});

test('tables are written anew as they were', () => {
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

describe('an answer is told from the recorded one when it has', () => {
  test.each<[what: string, broken: (recording: Recording) => Answer[]]>([
    ['another exit code', (one) => [{ ...one, exit: one.exit === 0 ? 1 : 0 }]],
    [
      'its outputs the wrong way round',
      (one) =>
        one.stdout === one.stderr ? [] : [{ ...one, stdout: one.stderr, stderr: one.stdout }],
    ],
    [
      'no end to its last line',
      (one) => each(one, (text) => (isCompared(lastLine(text)) ? [text.slice(0, -1)] : [])),
    ],
    ['an empty line more', (one) => each(one, (text) => [`${text}\n`])],
    ['a line less', (one) => eachLine(one, () => [])],
    ['a line twice', (one) => eachLine(one, (line) => [line, line])],
    ['a line on the other stream', lineMoved],
    ['a word more in a line', (one) => eachLine(one, (line) => [`${line}x`])],
    ['a letter of another case', (one) => eachLine(one, (line) => [swapCase(line)])],
    ['a gap that is wider', (one) => eachLine(one, (line) => [line.replace(/ {2,}/, '$& ')])],
    ['a gap that is narrower', (one) => eachLine(one, (line) => [line.replace(/ ( {2,})/, '$1')])],
    ['a blank more at the end of a line', (one) => eachLine(one, (line) => [`${line} `])],
  ])('%s', (_what, broken) => {
    expect(recordings.flatMap(broken).length).toBeGreaterThan(50);
    expect(passing(broken)).toEqual([]);
  });
});

/** The recordings whose broken answers, all or some, are taken for the recorded one. */
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

/** An answer for each way to break one of the two outputs; what has no text has none. */
function each({ exit, stdout, stderr }: Answer, broken: (text: string) => string[]): Answer[] {
  return [
    ...(stdout === '' ? [] : broken(stdout).map((text) => ({ exit, stderr, stdout: text }))),
    ...(stderr === '' ? [] : broken(stderr).map((text) => ({ exit, stdout, stderr: text }))),
  ];
}

/** An answer for each line that is compared at all, with other lines in its place. */
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

/** What is told of steps and of debugging is our own, and so is the program's version. */
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
