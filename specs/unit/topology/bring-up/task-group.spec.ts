import { expect, test } from 'vitest';
import { TaskGroup } from '../../../../helpers/topology/bring-up/task-group.ts';

const never = new AbortController().signal;

test('the first failure aborts the other tasks and is the error of the group', async () => {
  const group = new TaskGroup(never);
  const ended: string[] = [];
  void group.start(async (signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    ended.push('the other');
    throw new Error('aborted');
  });
  void group.start(() => Promise.reject(new Error('the first')));
  await expect(group.finish()).rejects.toThrow('the first');
  expect(ended).toEqual(['the other']);
});

test('a task that waits for a failed one does not hide its error', async () => {
  const group = new TaskGroup(never);
  const first = group.start(() => Promise.reject(new Error('the cause')));
  void group.start(async () => {
    await first.catch(() => {
      throw new Error('a consequence');
    });
  });
  await expect(group.finish()).rejects.toThrow('the cause');
});

test('an abort from outside reaches the tasks and is the error of the group', async () => {
  const outer = new AbortController();
  const group = new TaskGroup(outer.signal);
  const task = group.start(
    (signal) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(new Error('killed')), { once: true }),
      ),
  );
  outer.abort(new Error('Ctrl-C'));
  await expect(task).rejects.toThrow('killed');
  await expect(group.finish()).rejects.toThrow('Ctrl-C');
});

test('tasks that all succeed have values and no error', async () => {
  const group = new TaskGroup(never);
  const task = group.start(async () => 7);
  await group.finish();
  expect(await task).toBe(7);
});
