import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test as base } from 'vitest';
import { activity } from '../../../../helpers/process/activity.ts';
import { HarnessError } from '../../../../helpers/process/errors/harness-error.ts';
import {
  loadSetUp,
  recordSetUp,
  removeSetUp,
  saveSetUp,
} from '../../../../helpers/topology/bring-up/set-up-record.ts';

const test = base.extend(
  'store',
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  async ({}, { onCleanup }) => {
    const store = await mkdtemp(join(tmpdir(), 'overlay-e2e-record-'));
    onCleanup(() => rm(store, { recursive: true }));
    return store;
  },
);

test('a bring-up is recorded with times and machines, and read back unchanged', async ({
  store,
}) => {
  using recorder = recordSetUp();
  await activity('stage', 'bring up seed', async () => {
    await activity('command', 'boot', async (report) => report.output('secret'), {
      machine: 'one',
    });
    const failing = activity('wait', 'an engine', () =>
      Promise.reject(new Error('no engine\nits log')),
    );
    await failing.catch(() => undefined);
  });
  const unended = activity('command', 'still runs', () => new Promise<never>(() => {}));
  unended.catch(() => undefined);
  const record = recorder.take('seed');
  const [root, boot, wait, still] = ['bring up seed', 'boot', 'an engine', 'still runs'].map(
    (title) => record.activities.find((one) => one.title === title),
  );
  expect(record).toMatchObject({ version: 1, topology: 'seed' });
  expect(record).not.toHaveProperty('failure');
  expect([boot, wait, still]).toEqual([
    {
      id: expect.any(Number),
      parent: root?.id,
      kind: 'command',
      title: 'boot',
      machine: 'one',
      startedAt: expect.any(Number),
      endedAt: expect.any(Number),
    },
    expect.objectContaining({ kind: 'wait', parent: root?.id, failure: 'no engine' }),
    expect.not.objectContaining({ endedAt: expect.anything() }),
  ]);
  expect(record.startedAt).toBeLessThanOrEqual(root?.startedAt ?? 0);
  expect(record.endedAt).toBeGreaterThanOrEqual(root?.endedAt ?? Infinity);
  await saveSetUp(store, record);
  expect(await loadSetUp(store)).toEqual(record);
  expect(JSON.stringify(record)).not.toContain('secret');
  await removeSetUp(store);
  expect(await readdir(store)).toEqual([]);
});

test('a disposed recorder records nothing, and the record of a failure has its error', async () => {
  const recorder = recordSetUp();
  recorder[Symbol.dispose]();
  await activity('command', 'too late', async () => {});
  expect(recorder.take('seed', new Error('no room\nand more'))).toMatchObject({
    failure: 'no room',
    activities: [],
  });
});

test('a missing record is undefined; an invalid record is an error that names its file', async ({
  store,
}) => {
  expect(await loadSetUp(store)).toBeUndefined();
  for (const text of ['{"version": 2}', 'not even JSON']) {
    await writeFile(join(store, 'set-up.json'), text);
    const error = await loadSetUp(store).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HarnessError);
    expect((error as HarnessError).line).toBe(
      `read ${store}/set-up.json: not a record of this version. Tear the cluster down with "overlay-e2e down" and bring it up again.`,
    );
  }
});
