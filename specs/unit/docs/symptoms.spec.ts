import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type DiagnosisCode, diagnosisCodes, pageOf } from '../../../helpers/check/model/codes.ts';
import { publicIssues } from '../../uml/public-issues.ts';
import { root } from './pages.ts';

/** Codes of other problems: of an engine, a store, a container or an application. */
const others: readonly DiagnosisCode[] = [
  'engine-unreachable',
  'engine-not-clustered',
  'duplicate-hostname',
  'duplicate-engine-id',
  'keystore-unreachable',
  'keystore-wiped',
  'subnet-overlap',
  'service-missing',
  'service-differs',
  'neighbour-missing',
  'neighbour-wrong',
  'name-unresolved',
  'name-stale',
  'isolation-broken',
  'container-misplaced',
  'container-down',
  'application-error',
  'application-wrong-answer',
  'application-not-from-database',
  'unexplained',
];

interface Symptom {
  readonly number: number;
  readonly issues: readonly string[];
  /** The codes at the beginning of the result. */
  readonly codes: readonly string[];
  readonly result: string;
}

function issuesIn(text: string): string[] {
  return [...text.matchAll(/github\.com\/(\S+?)\/(?:issues|pull)\/(\d+)/g)].map(
    ([, repository = '', number = '']) => `${repository}#${number}`,
  );
}

const symptoms = readFileSync(join(root, 'docs/symptoms.md'), 'utf8')
  .split('\n')
  .flatMap((line): Symptom[] => {
    const [, number = '', , seen = '', result = ''] =
      /^\| (\d+) \| (.+?) \| (.+?) \| (.+) \|$/.exec(line) ?? [];
    if (number === '') return [];
    const [head = ''] = /^(?:\[`[a-z-]+`\]\(\S+?\)(?:, )?)*/.exec(result) ?? [];
    const codes = [...head.matchAll(/\[`([a-z-]+)`\]/g)].map(([, code = '']) => code);
    return [{ number: Number(number), issues: issuesIn(seen), codes, result }];
  });

describe('The table of symptoms', () => {
  test('has 42 rows in order', () => {
    expect(symptoms.map(({ number }) => number)).toEqual(
      Array.from({ length: 42 }, (_, index) => index + 1),
    );
  });

  test.for(symptoms)('$number: has codes with pages, or a reason why none', ({ codes, result }) => {
    if (codes.length === 0) expect(result).toMatch(/^(?:By design not|Not possible): \w.{30,}\.$/);
    for (const code of codes) {
      expect(diagnosisCodes).toContain(code);
      expect(existsSync(join(root, pageOf(code as DiagnosisCode)))).toBe(true);
    }
    for (const [, shown, target] of result.matchAll(/\[`([a-z-]+)`\]\(diagnoses\/(.+?)\.md\)/g)) {
      expect(target).toBe(shown);
    }
  });

  test.for(symptoms.filter(({ codes }) => codes.length > 0))(
    '$number: the page of one of its codes names one of its issues',
    ({ codes, issues }) => {
      const named = codes.flatMap((code) =>
        issuesIn(readFileSync(join(root, pageOf(code as DiagnosisCode)), 'utf8')),
      );
      expect(issues.filter((issue) => named.includes(issue)).length).toBeGreaterThan(0);
    },
  );

  test('has every code, except the codes of other problems', () => {
    const all = new Set(symptoms.flatMap(({ codes }) => codes));
    expect(diagnosisCodes.filter((code) => !all.has(code))).toEqual(others);
  });
});

test('the page of public issues has at least four, each with commands and a code that exists', () => {
  const issues = publicIssues();
  expect(issues.length).toBeGreaterThanOrEqual(4);
  for (const { title, commands, codes } of issues) {
    expect(commands.trim(), title).not.toBe('');
    expect(codes.length, title).toBeGreaterThan(0);
    expect(diagnosisCodes, title).toEqual(expect.arrayContaining([...codes]));
  }
});
