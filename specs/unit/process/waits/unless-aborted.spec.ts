import { setImmediate } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { unlessAborted } from '../../../../helpers/process/waits/unless-aborted.ts';

test('a promise without an abort settles as without a signal', async () => {
  const { signal } = new AbortController();
  expect(await unlessAborted(Promise.resolve(1), signal)).toBe(1);
  expect(await unlessAborted(undefined, signal)).toBeUndefined();
  expect(await unlessAborted(Promise.resolve(1), undefined)).toBe(1);
  await expect(unlessAborted(Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
});

test('an abort ends the wait for a pending promise, with the reason', async () => {
  const never = new Promise<void>(() => {});
  const abort = new AbortController();
  const waiting = unlessAborted(never, abort.signal);
  abort.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  await expect(unlessAborted(never, abort.signal)).rejects.toThrow('enough');
});

test('a promise that fails after the signal has aborted ends nothing', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  const late = Promise.withResolvers<void>();
  const waiting = unlessAborted(late.promise, AbortSignal.abort(new Error('enough')));
  await expect(waiting).rejects.toThrow('enough');
  late.reject(new Error('too late'));
  // Node reports unhandled rejections after all microtasks.
  await setImmediate();
  expect(unhandled).toEqual([]);
});
