import { expect, test } from 'vitest';
import { renderFailures } from '../../../helpers/cli/failures.ts';

const layout = { color: false, width: 100 };
const file = 'specs/seed/a.spec.ts';
const stack = (name: string) =>
  `${name}: it\n    at node_modules/allure-vitest/src/matchers.ts:510:70\n    at wait (${process.cwd()}/helpers/process/waits/wait-for.ts:65:11)\n    at ${process.cwd()}/${file}:93:5`;
const failure = (error: object, ...others: object[]) => ({
  title: 'it answers',
  file,
  errors: [error, ...others] as { message: string }[],
});

test('a failure is reported once: title, location, and the first line of the message', () => {
  const error = {
    name: 'HarnessError',
    message: 'no answer after 5 s\nlog',
    stack: stack('HarnessError'),
  };
  expect(renderFailures([failure(error, error)], layout)).toEqual([
    '✖ it answers',
    '    specs/seed/a.spec.ts:93:5',
    '    no answer after 5 s',
  ]);
});

test('a failed comparison of large values is reported with the differences only', () => {
  const diff =
    '- Expected\n+ Received\n\n  {\n-   "a": 1,\n-   "b": 1,\n+   "a": 2,\n+   "b": 2,\n  }';
  const error = {
    name: 'AssertionError',
    message: 'expected x to equal y',
    stack: stack('x'),
    diff,
  };
  expect(renderFailures([failure(error)], layout).slice(3)).toEqual([
    '      {',
    '    -   "a": 1,',
    '    -   "b": 1,',
    '    +   "a": 2,',
    '    +   "b": 2,',
    '      }',
  ]);
});

test('an error in overlay-e2e is reported with its stack frames, without those of packages', () => {
  const error = { name: 'TypeError', message: 'x is undefined', stack: stack('TypeError') };
  expect(renderFailures([failure(error)], layout).slice(2)).toEqual([
    '    TypeError: x is undefined',
    '    at wait (helpers/process/waits/wait-for.ts:65:11)',
    '    at specs/seed/a.spec.ts:93:5',
  ]);
});
