import { expect, onTestFinished, test, vi } from 'vitest';
import { reportFailure } from '../../../../helpers/cli/overlay-e2e/failure.ts';
import { HarnessError } from '../../../../helpers/process/errors/harness-error.ts';
import { InputError } from '../../../../helpers/process/errors/input-error.ts';
import { DiagnosedFailure } from '../../../../helpers/topology/bring-up/diagnosed-failure.ts';
import { brokenReport } from '../../report/findings/reports.ts';

/** Returns the message and exit code of a command that ends with this error. */
function report(error: unknown, options?: { readonly verbose: boolean }) {
  const said = vi.spyOn(console, 'error').mockImplementation(() => {});
  onTestFinished(() => said.mockRestore());
  const exitCode = reportFailure(error, options);
  return { exitCode, text: said.mock.calls.flat().join('\n') };
}

const input = new InputError({
  code: 'name-unknown',
  observed: 'unknown topology "sed"',
  hint: 'did you mean "seed"?',
});
const silent = new HarnessError({
  code: 'wait-timed-out',
  tried: 'car service',
  observed: 'timed out after 120 s',
  hint: 'read below what the containers logged',
  evidence: 'tomcat-app logged last',
});

test('wrong input has exit code 2, as one error or several', () => {
  expect(report(input)).toEqual({
    exitCode: 2,
    text: 'overlay-e2e: unknown topology "sed". Did you mean "seed"?',
  });
  expect(report(new AggregateError([input, input])).exitCode).toBe(2);
  expect(report(new AggregateError([input, silent])).exitCode).toBe(1);
});

test('a timed-out wait is explained by the findings of a check, not by logs', () => {
  const failure = new DiagnosedFailure(silent, brokenReport());
  const { exitCode, text } = report(failure);
  expect(exitCode).toBe(1);
  expect(text).toMatch(/^overlay-e2e: car service: timed out after 120 s\n/);
  for (const { code } of brokenReport().diagnoses) expect(text).toContain(code);
  expect(text).not.toContain('logged');
  expect(report(failure, { verbose: true }).text).toContain('tomcat-app logged last');
});

test('an unexpected error is one line without a stack', () => {
  expect(report(new TypeError('x is not\na function'))).toEqual({
    exitCode: 1,
    text: 'overlay-e2e: internal error: x is not a function. Run the command again with --verbose and report what it prints.',
  });
});

test('an error of the operating system is explained in words', () => {
  const denied = Object.assign(new Error('EACCES: permission denied, open'), { errno: -13 });
  expect(report(Object.assign(denied, { path: '/etc/shadow' })).text).toBe(
    'overlay-e2e: permission denied (/etc/shadow)',
  );
});
