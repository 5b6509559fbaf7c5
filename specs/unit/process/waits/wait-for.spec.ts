import { expect, test } from 'vitest';
import { done, notYet, waitFor } from '../../../../helpers/process/waits/wait-for.ts';

test('a wait returns the value when the condition is met', async () => {
  let looks = 0;
  const value = await waitFor(
    'three looks',
    async () => {
      looks += 1;
      return looks === 3 ? done(looks) : notYet(`look ${looks}`);
    },
    { limit: 5000, every: 1 },
  );
  expect(value).toBe(3);
});

test('a wait that exceeds its limit reports its name, its limit and its last observation', async () => {
  await expect(
    waitFor('machine a: engine ready', async () => notYet('ECONNREFUSED'), { limit: 20, every: 1 }),
  ).rejects.toThrow('machine a: engine ready: timed out after 0.02 s; last: ECONNREFUSED');
});

test('an exception of the condition means not yet, and is the cause of the timeout', async () => {
  const cause = new Error('refused');
  await expect(
    waitFor('it', () => Promise.reject(cause), { limit: 5, every: 1 }),
  ).rejects.toMatchObject({ cause, message: expect.stringContaining('last: refused') });
});

test('a fatal error ends the wait immediately', async () => {
  let looks = 0;
  const wait = waitFor(
    'it',
    () => {
      looks += 1;
      return Promise.reject(new Error('gone for good'));
    },
    { limit: 60_000, fatal: () => true },
  );
  await expect(wait).rejects.toThrow('gone for good');
  expect(looks).toBe(1);
});

test('an abort ends the wait', async () => {
  const stop = new AbortController();
  const wait = waitFor('it', async () => notYet('no'), { limit: 60_000, signal: stop.signal });
  stop.abort(new Error('Ctrl-C'));
  await expect(wait).rejects.toThrow();
});
