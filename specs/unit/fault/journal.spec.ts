import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { FaultPlan } from '../../../helpers/fault/fault.ts';
import {
  forgetFault,
  forgetFaults,
  isHeld,
  listFaults,
  recordFault,
} from '../../../helpers/fault/journal.ts';

const plan: FaultPlan = {
  name: 'partition',
  id: '0123abcd',
  title: 'm1 and m2 cannot reach each other',
  needs: [],
  inject: [],
  undo: [{ do: 'run', machine: 'm1', script: 'exit 0' }],
};

async function makeStore(): Promise<string> {
  const store = await mkdtemp(join(tmpdir(), 'faults-'));
  onTestFinished(() => rm(store, { recursive: true }));
  return store;
}

test('the record of a fault has the steps that undo it, and only its owner can read it', async () => {
  const store = await makeStore();
  await recordFault(store, plan);
  const { id, name, title, undo } = plan;
  expect(await listFaults(store)).toMatchObject([{ id, name, title, undo, pid: process.pid }]);
  const { mode } = await stat(join(store, 'faults', `${id}.json`));
  expect(mode & 0o777).toBe(0o600);
});

test('a fault is held by the process that injected it, not by another with its number', async () => {
  const store = await makeStore();
  await recordFault(store, plan);
  const [fault] = await listFaults(store);
  if (fault === undefined) throw new Error('not recorded');
  expect(await isHeld(fault)).toBe(true);
  expect(await isHeld({ ...fault, born: `${fault.born}1` })).toBe(false);
});

test('an undone fault is forgotten, and others are not', async () => {
  const store = await makeStore();
  await recordFault(store, plan);
  await recordFault(store, { ...plan, id: 'ffff0000' });
  await forgetFault(store, plan.id);
  expect(await listFaults(store)).toMatchObject([{ id: 'ffff0000' }]);
  await forgetFaults(store);
  expect(await readdir(store)).toEqual([]);
  expect(await listFaults(store)).toEqual([]);
});

test.for(['', '{}', '{"version":2}', '{"version":1,"id":"../x"}'])(
  'a record with the content %j is an error with advice',
  async (text) => {
    const store = await makeStore();
    await recordFault(store, plan);
    await writeFile(join(store, 'faults', '0123abcd.json'), text);
    await expect(listFaults(store)).rejects.toThrow(/not a fault that this version recorded.*down/);
  },
);
