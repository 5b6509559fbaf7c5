import { expect, test } from 'vitest';
import { createEnginesProvider } from '../../../helpers/machine/engines/provider.ts';
import type { MachineProvider } from '../../../helpers/machine/machine.ts';
import { publishMachines } from '../../../helpers/machine/publish-machines.ts';
import {
  type Activity,
  activity,
  onActivity,
  titleOnMachine,
} from '../../../helpers/process/activity.ts';

/** A provider whose methods only publish a command. */
const does = async (): Promise<never> =>
  await activity('command', 'ip link', async () => undefined as never);
const provider: MachineProvider = publishMachines({
  ...createEnginesProvider([]),
  create: does,
  inspect: does,
  run: does,
  start: does,
  stop: does,
  kill: does,
});

test('the work of a provider is published for its machine, creation and removal as stages', async () => {
  const seen: Activity[] = [];
  const stop = onActivity({ start: (one) => seen.push(one) });
  await provider.create({ name: 'worker-host' });
  await provider.inspect('worker-host');
  await provider.run('worker-host', ['true']);
  await provider.start('worker-host');
  await provider.stop('worker-host');
  await provider.kill('worker-host');
  stop();
  expect(new Set(seen.map(({ machine }) => machine))).toEqual(new Set(['worker-host']));
  expect(seen.filter(({ kind }) => kind === 'stage').map(titleOnMachine)).toEqual([
    'create',
    'start',
    'stop',
    'kill',
  ]);
  expect(seen.filter(({ kind }) => kind === 'command')).toHaveLength(6);
});

test('a title does not repeat the name of its machine, and is unchanged without one', () => {
  const machine = 'worker-host';
  const told = (title: string) => titleOnMachine({ title, machine });
  expect(told('machine worker-host: boot')).toBe('boot');
  expect(told('worker-host: docker info')).toBe('docker info');
  expect(told('cluster')).toBe('cluster');
  expect(told('worker-host-2: boot')).toBe('worker-host-2: boot');
  expect(titleOnMachine({ title: 'undefined: boot' })).toBe('undefined: boot');
});
