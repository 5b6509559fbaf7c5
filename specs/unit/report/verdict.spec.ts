import { describe, expect, test } from 'vitest';
import { countLine } from '../../../helpers/report/counts.ts';
import { nextLines } from '../../../helpers/report/next-steps.ts';
import { judge, nextStepsOf, verdictLines } from '../../../helpers/report/verdict.ts';

const counted = { passed: 3, failed: 0, skipped: 0 };
const passed = { name: 'it', fullName: 'specs/a.spec.ts#it', status: 'passed' } as const;

describe('the verdict of a run', () => {
  test('is green when Vitest, its counts and the results agree', () => {
    const verdict = judge(0, counted, [passed]);
    expect(verdict.green).toBe(true);
    expect(countLine(verdict.counts)).toBe('3 passed, 0 failed');
  });

  test.each([
    ['Vitest came to no end', 0, undefined],
    ['Vitest crashed', 139, undefined],
    ['Vitest ended badly with no test to blame', 1, counted],
    ['a signal ended the run', 143, counted],
    ['nothing ran', 0, { passed: 0, failed: 0, skipped: 2 }],
  ])('is red with one failure when %s', (_, exitCode, counts) => {
    const verdict = judge(exitCode, counts, [passed]);
    expect(verdict.green).toBe(false);
    expect(verdict.counts.failed).toBe(1);
    expect(verdict.besides).toBeDefined();
  });

  test('is red when the results have a failure that the reporter did not count', () => {
    const failed = { ...passed, name: 'other', status: 'failed' } as const;
    const verdict = judge(0, counted, [passed, failed]);
    expect(verdict.green).toBe(false);
    expect(countLine(verdict.counts)).toBe('3 passed, 1 failed');
    expect(verdictLines(verdict)).toEqual(['✖ other']);
  });

  test('counts a failed set-up beside the failed tests, and points to the doctor', () => {
    const setUp = {
      name: 'Set up the seed topology',
      fullName: 'around the specs: Set up the seed topology',
      status: 'broken',
      statusDetails: { message: 'machine a: create: no space; make room\nmore' },
    } as const;
    const verdict = judge(1, { passed: 1, failed: 1, skipped: 0 }, [setUp]);
    expect(verdict.counts.failed).toBe(2);
    const lines = verdictLines(verdict);
    expect(lines[0]).toBe('✖ Set up the seed topology\n    machine a: create: no space; make room');
    expect(nextLines(nextStepsOf(verdict))).toEqual([
      'next: npx overlay-e2e doctor   says what this machine lacks',
    ]);
  });

  test('names nothing to do next when all holds', () => {
    expect(nextStepsOf(judge(0, counted, [passed]))).toEqual([]);
  });

  test('names the command that runs the failed file alone', () => {
    const failed = {
      name: 'it',
      fullName: 'overlay-e2e:specs/seed/cluster.spec.ts#it',
      status: 'failed',
    } as const;
    const verdict = judge(1, { ...counted, failed: 1 }, [failed]);
    expect(nextLines(nextStepsOf(verdict))).toEqual([
      'next: npm test -- specs/seed/cluster.spec.ts   runs this file alone; its evidence is in the report',
    ]);
  });
});
