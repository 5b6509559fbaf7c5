import { expect, test } from 'vitest';
import { activity } from '../../../../helpers/process/activity.ts';
import {
  type ActivityNode,
  watchActivityTrees,
} from '../../../../helpers/report/results/activity-tree.ts';
import { shorten, toStep } from '../../../../helpers/report/results/step.ts';

async function treesOf(run: () => Promise<unknown>): Promise<ActivityNode[]> {
  const roots: ActivityNode[] = [];
  const watch = watchActivityTrees((root) => roots.push(root));
  await run();
  const unended = watch.takeUnended();
  watch.stop();
  return [...roots, ...unended];
}

test('the report keeps the last polls of a wait, and their number', async () => {
  const [wait] = await treesOf(() =>
    activity('wait', 'engine ready', async () => {
      for (const look of [1, 2, 3, 4]) await activity('http', `look ${look}`, async () => {});
    }),
  );
  const step = wait === undefined ? undefined : toStep(wait);
  expect(step?.name).toBe('wait for engine ready (4 looks)');
  expect(step?.steps.map(({ name }) => name)).toEqual(['look 3', 'look 4']);
});

test('an activity that has not ended is broken', async () => {
  const [hanging] = await treesOf(async () => {
    void activity('command', 'sleep 60', () => new Promise(() => {}));
  });
  expect(hanging === undefined ? undefined : toStep(hanging)).toMatchObject({
    status: 'broken',
    message: 'it had not ended when the test did',
  });
});

test('a long output loses its middle, never its beginning or its end', () => {
  const text = `begin ${'x'.repeat(5000)} end`;
  const short = shorten(text, 300);
  expect(short.length).toBeLessThan(400);
  expect(short).toMatch(/^begin .* 4710 characters left out .* end$/s);
});
