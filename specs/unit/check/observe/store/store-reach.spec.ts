import { expect, test } from 'vitest';
import { reachErrorOf } from '../../../../../helpers/check/observe/store/store.ts';

const nothing = Buffer.alloc(0);

test('A store that answers is reachable, even with an error response', () => {
  const answer = Buffer.from('HTTP/1.1 500 Internal Server Error');
  expect(reachErrorOf({ answer, connected: true, error: undefined })).toBeUndefined();
});

test('A paused store accepts connections and is not reachable', () => {
  expect(reachErrorOf({ answer: nothing, connected: true, error: 'ETIMEDOUT' })).toBe(
    'accepts the connection but does not answer (ETIMEDOUT)',
  );
  expect(reachErrorOf({ answer: nothing, connected: true, error: undefined })).toBe(
    'accepts the connection but does not answer',
  );
});

test('A store that refuses the connection is not reachable', () => {
  expect(reachErrorOf({ answer: nothing, connected: false, error: 'ECONNREFUSED' })).toBe(
    'ECONNREFUSED',
  );
  expect(reachErrorOf({ answer: nothing, connected: false, error: undefined })).toBe(
    'no connection',
  );
});
