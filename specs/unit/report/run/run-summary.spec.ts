import { describe, expect, test } from 'vitest';
import { countLine } from '../../../../helpers/report/results/counts.ts';
import { nextLines } from '../../../../helpers/report/run/next-steps.ts';
import {
  summarizeRun,
  nextStepsOf,
  summaryLines,
} from '../../../../helpers/report/run/run-summary.ts';

const counted = { passed: 3, failed: 0, skipped: 0, ended: true };
const typed = { env: {}, args: [] };
const passed = { name: 'it', fullName: 'specs/a.spec.ts#it', status: 'passed' } as const;

describe('the result of a run', () => {
  test('is green if Vitest, its counts and the results agree', () => {
    const verdict = summarizeRun(0, counted, [passed]);
    expect(verdict.green).toBe(true);
    expect(countLine(verdict.counts)).toBe('3 passed, 0 failed');
  });

  test.each([
    ['Vitest came to no end', 0, undefined],
    ['Vitest crashed', 139, undefined],
    ['Vitest ended badly with no test to blame', 1, counted],
    ['a signal ended the run', 143, counted],
    ['nothing ran', 0, { ...counted, passed: 0, skipped: 2 }],
    ['Vitest did not come to its end', 1, { ...counted, ended: false }],
  ])('is red with one failure if %s', (_, exitCode, counts) => {
    const verdict = summarizeRun(exitCode, counts, [passed]);
    expect(verdict.green).toBe(false);
    expect(verdict.counts.failed).toBe(1);
    expect(verdict.otherFailure).toBeDefined();
  });

  test('is red if the results contain a failure that the reporter did not count', () => {
    const failed = { ...passed, name: 'other', status: 'failed' } as const;
    const verdict = summarizeRun(0, counted, [passed, failed]);
    expect(verdict.green).toBe(false);
    expect(countLine(verdict.counts)).toBe('3 passed, 1 failed');
    expect(summaryLines(verdict)).toEqual(['✖ 1 of 4 tests failed', '✖ other']);
  });

  test('counts a failed set-up in addition to the failed tests, and points to doctor', () => {
    const setUp = {
      name: 'Set up the seed topology',
      fullName: 'around the specs: Set up the seed topology',
      status: 'broken',
      statusDetails: { message: 'machine a: create: no space; make room\nmore' },
    } as const;
    const verdict = summarizeRun(1, { ...counted, passed: 1, failed: 1 }, [setUp]);
    expect(verdict.counts.failed).toBe(2);
    expect(summaryLines(verdict)).toEqual([
      '✖ 1 of 2 tests failed',
      '✖ Set up the seed topology\n    machine a: create: no space; make room',
    ]);
    expect(nextLines(nextStepsOf(verdict, typed))).toEqual([
      'next: npx overlay-e2e doctor   shows what this machine is missing',
    ]);
  });

  test('points to no doctor if a check has found the cause of a failed set-up', () => {
    const setUp = {
      name: 'Set up the seed topology',
      fullName: 'around the specs: Set up the seed topology',
      status: 'broken',
    } as const;
    const verdict = summarizeRun(1, { ...counted, passed: 0, skipped: 31 }, [setUp]);
    const [step] = nextStepsOf(verdict, typed, ['vxlan-blocked']);
    expect(step).toMatchObject({ does: 'runs it again' });
  });

  test('says how many tests passed, and suggests no next step if all did', () => {
    const verdict = summarizeRun(0, counted, [passed]);
    expect(summaryLines(verdict)).toEqual(['✔ 3 of 3 tests passed']);
    expect(nextStepsOf(verdict, typed)).toEqual([]);
  });

  test('of an interrupted set-up is one line without a next step', () => {
    const setUp = {
      name: 'Set up the seed topology',
      fullName: 'around the specs: Set up the seed topology',
      status: 'broken' as const,
      statusDetails: { message: 'overlay-e2e: interrupted by SIGINT' },
      labels: [{ name: 'error', value: 'interrupted' }],
    };
    const verdict = summarizeRun(130, { ...counted, passed: 0, skipped: 31 }, [setUp]);
    expect(summaryLines(verdict)).toEqual(['✖ interrupted by SIGINT']);
    expect(nextStepsOf(verdict, typed)).toEqual([]);
  });

  const failed = { name: 'it', fullName: 'specs/a.spec.ts#it', status: 'failed' } as const;

  test('does not list failed tests, which Vitest’s reporter does', () => {
    const verdict = summarizeRun(1, { ...counted, failed: 1 }, [failed]);
    expect(summaryLines(verdict)).toEqual(['✖ 1 of 4 tests failed']);
  });

  test('lists failed tests if Vitest did not complete', () => {
    const verdict = summarizeRun(139, { ...counted, ended: false }, [failed]);
    expect(summaryLines(verdict)).toContain('✖ it');
  });
});
