import { expect, test } from 'vitest';
import {
  type Activity,
  activity,
  inOwnScope,
  onActivity,
  onMachine,
} from '../../../helpers/process/activity.ts';

test('an activity belongs to the machine of its parent, unless it names another machine', async () => {
  const seen: Activity[] = [];
  const stop = onActivity({ start: (one) => seen.push(one) });
  await activity('stage', 'cluster', async () => {
    await activity(
      'stage',
      'create',
      async () => {
        await activity('command', 'boot', async () => {});
        await activity('command', 'ask the store', async () => {}, { machine: 'mh-keystore' });
      },
      { machine: 'worker-host' },
    );
  });
  stop();
  expect(seen.map(({ title, machine }) => [title, machine])).toEqual([
    ['cluster', undefined],
    ['create', 'worker-host'],
    ['boot', 'worker-host'],
    ['ask the store', 'mh-keystore'],
  ]);
});

test('a subscriber in a scope receives the activities of this scope, others receive all', async () => {
  const all: string[] = [];
  const stop = onActivity({ start: ({ title }) => all.push(title) });
  const bothStarted = Promise.withResolvers<void>();
  const runScope = async (name: string, begin: () => void) =>
    await inOwnScope(async () => {
      const own: string[] = [];
      const stopOwn = onActivity({
        start: ({ title }) => own.push(`start ${title}`),
        end: ({ title }) => own.push(`end ${title}`),
      });
      await activity('stage', name, async () => {
        begin();
        await bothStarted.promise;
        await onMachine(name, () => activity('command', `${name}: boot`, async () => {}));
      });
      stopOwn();
      return own;
    });
  const [one, other] = await Promise.all([
    runScope('one', () => {}),
    runScope('other', bothStarted.resolve),
  ]);
  stop();
  expect(one).toEqual(['start one', 'start one: boot', 'end one: boot', 'end one']);
  expect(other).toEqual(['start other', 'start other: boot', 'end other: boot', 'end other']);
  expect(all.toSorted()).toEqual(['one', 'one: boot', 'other', 'other: boot']);
});
