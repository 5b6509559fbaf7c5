import { expect, test } from 'vitest';
import { Turns } from '../../../../helpers/process/waits/fifo-queue.ts';

test('each takes its step in the order in which they came, however late the ones before get there', async () => {
  const turns = new Turns();
  const order: string[] = [];
  const step = async (name: string, ready: Promise<unknown>) => {
    using turn = turns.take();
    await ready;
    await turn.reached;
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

test('one that fails before its step does not hold up those after it, nor lets them pass one before it', async () => {
  const turns = new Turns();
  const order: string[] = [];
  const first = turns.take();
  const failed = (async () => {
    using _turn = turns.take();
    await Promise.reject(new Error('not ready'));
  })();
  const last = (async () => {
    using turn = turns.take();
    await turn.reached;
    order.push('last');
  })();
  await expect(failed).rejects.toThrow('not ready');
  await new Promise(setImmediate);
  expect(order).toEqual([]);
  first[Symbol.dispose]();
  await last;
  expect(order).toEqual(['last']);
});
