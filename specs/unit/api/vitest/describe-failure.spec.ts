import { expect, test } from 'vitest';
import { describeFailure } from '../../../../helpers/api/vitest/describe-failure.ts';
import { HarnessError } from '../../../../helpers/process/errors/harness-error.ts';
import { DiagnosedFailure } from '../../../../helpers/topology/bring-up/diagnosed-failure.ts';
import { brokenReport } from '../../report/findings/reports.ts';

const silent = new HarnessError({
  code: 'wait-timed-out',
  tried: 'car service',
  observed: 'timed out after 120 s',
  hint: 'read the logs of the containers below',
  evidence: 'tomcat-app logged last',
});

test('a failed set-up without a known cause is described with its logs', () => {
  expect(describeFailure(silent)).toBe(
    'car service: timed out after 120 s. Read the logs of the containers below.\ntomcat-app logged last',
  );
});

test('a failed set-up whose cause a check found is one line; its error keeps the logs', () => {
  const diagnosed = new DiagnosedFailure(silent, brokenReport());
  expect(describeFailure(diagnosed)).toBe('car service: timed out after 120 s');
  expect(diagnosed.message).toContain('tomcat-app logged last');
  expect(describeFailure(new AggregateError([diagnosed, silent]))).toMatch(/^car service: .*\ncar/);
});

test('an error in our code is described with its stack', () => {
  expect(describeFailure(new TypeError('x is not a function'))).toMatch(
    /^TypeError: x is not a function\n {4}at .*describe-failure\.spec\.ts/,
  );
});
