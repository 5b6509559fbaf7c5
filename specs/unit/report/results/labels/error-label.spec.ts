import { expect, test } from 'vitest';
import { HarnessError } from '../../../../../helpers/process/errors/harness-error.ts';
import { WaitTimeout } from '../../../../../helpers/process/waits/wait-for.ts';
import { errorCodesOf } from '../../../../../helpers/report/results/labels/error-label.ts';

const timeout = new WaitTimeout({ tried: 'network my-net', observed: 'timed out after 15 s' });
const busy = new HarnessError({ code: 'port-busy', tried: 'run', observed: 'port 80 is taken' });

test('a HarnessError has its code, also after Vitest has serialized it', () => {
  expect(errorCodesOf(timeout)).toEqual(['wait-timed-out']);
  expect(errorCodesOf({ name: 'HarnessError', message: '', code: 'port-busy' })).toEqual([
    'port-busy',
  ]);
});

test('several errors have each code once', () => {
  expect(errorCodesOf(new AggregateError([timeout, busy, timeout]))).toEqual([
    'wait-timed-out',
    'port-busy',
  ]);
});

test('errors of Node.js and other values have none', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  for (const error of [refused, undefined, 'port-busy', { code: 'toString' }]) {
    expect(errorCodesOf(error)).toEqual([]);
  }
});
