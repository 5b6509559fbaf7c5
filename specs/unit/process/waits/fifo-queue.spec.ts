import { expect, test } from 'vitest';
import { FifoQueue } from '../../../../helpers/process/waits/fifo-queue.ts';

test('tasks take their steps in the order of their start, even when earlier tasks are late', async () => {
  const queue = new FifoQueue();
  const order: string[] = [];
  const step = async (name: string, ready: Promise<unknown>) => {
    using position = queue.enter();
    await ready;
    await position.reached;
    order.push(name);
  };
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const all = [
    step('first', late),
    step('second', Promise.resolve()),
    step('third', Promise.resolve()),
  ];
  await new Promise(setImmediate);
  expect(order).toEqual([]);
  resolve(undefined);
  await Promise.all(all);
  expect(order).toEqual(['first', 'second', 'third']);
});

test('a task that fails early neither blocks later tasks nor lets them overtake earlier ones', async () => {
  const queue = new FifoQueue();
  const order: string[] = [];
  const first = queue.enter();
  const failed = (async () => {
    using _turn = queue.enter();
    await Promise.reject(new Error('not ready'));
  })();
  const last = (async () => {
    using position = queue.enter();
    await position.reached;
    order.push('last');
  })();
  await expect(failed).rejects.toThrow('not ready');
  await new Promise(setImmediate);
  expect(order).toEqual([]);
  first[Symbol.dispose]();
  await last;
  expect(order).toEqual(['last']);
});
