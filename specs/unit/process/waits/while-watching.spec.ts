import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { whileWatching } from '../../../../helpers/process/waits/while-watching.ts';

const nothing = async () => {};

/** Waits until it is aborted. */
async function endless(signal: AbortSignal): Promise<never> {
  await once(signal, 'abort');
  throw signal.reason;
}

describe('Work under watch', () => {
  test('returns its result after any number of polls', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    let looks = 0;
    const look = async () => {
      looks += 1;
      if (looks === 2) resolve('done');
    };
    await expect(whileWatching({ look, every: 1 }, () => promise)).resolves.toBe('done');
  });

  test('ends with the error of a poll', async () => {
    const seen = new Error('seen');
    const look = async () => await Promise.reject(seen);
    await expect(whileWatching({ look, every: 1 }, endless)).rejects.toBe(seen);
  });

  test('fails with the error of a last poll, or with its own error', async () => {
    const failure = new Error('failed');
    const run = async () => await Promise.reject(failure);
    const find = async (_: AbortSignal, why?: unknown) => {
      if (why === failure) throw new Error('the reason');
    };
    await expect(whileWatching({ look: find, every: 60_000 }, run)).rejects.toThrow('the reason');
    await expect(whileWatching({ look: nothing, every: 60_000 }, run)).rejects.toBe(failure);
  });

  test('ends with the reason of an interruption', async () => {
    const outer = new AbortController();
    const watched = whileWatching({ look: nothing, every: 1, signal: outer.signal }, endless);
    const reason = new Error('interrupted');
    outer.abort(reason);
    await expect(watched).rejects.toBe(reason);
  });
});
