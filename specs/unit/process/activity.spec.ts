import { expect, test } from 'vitest';
import { type Activity, activity, onActivity } from '../../../helpers/process/activity.ts';

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
