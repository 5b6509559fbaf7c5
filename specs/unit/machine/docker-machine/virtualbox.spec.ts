import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createDockerMachineProvider } from '../../../../helpers/machine/docker-machine/provider.ts';
import { readStartTime } from '../../../../helpers/process/process-start-time.ts';
import { done, notYet, waitFor } from '../../../../helpers/process/waits/wait-for.ts';
import type { MachineRequest } from '../../../../helpers/machine/machine.ts';

// Without VirtualBox: a fake docker-machine prints the output that the real one prints with it.
const fake = join(import.meta.dirname, 'fake-docker-machine.sh');

const createMachine = join(import.meta.dirname, '../../../machine/create-machine.ts');

async function createWithFake(
  requests: readonly MachineRequest[],
  env: Readonly<Record<string, string>> = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'fake-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const provider = createDockerMachineProvider({
    env: {
      PATH: process.env['PATH'],
      E2E_DOCKER_MACHINE: fake,
      FAKE_FOLDER: folder,
      MACHINE_STORAGE_PATH: join(folder, 'store'),
      ...env,
    },
  });
  const ends = await Promise.allSettled(requests.map((request) => provider.create(request)));
  const log = readFileSync(join(folder, 'log'), 'utf8').trim().split('\n');
  return { ends, log };
}

test('VirtualBox gets one machine at a time, after the previous command and its children ended', async () => {
  const { log } = await createWithFake([{ name: 'm1' }, { name: 'm2' }]);
  expect(log.map((line) => line.trim())).toEqual([
    'begin m1',
    'end m1',
    'rm m1',
    'begin m2',
    'end m2',
    'rm m2',
  ]);
});

test('this also applies to machines with VirtualBox as their own driver', async () => {
  const driver = { MACHINE_DRIVER: 'virtualbox' };
  const { log } = await createWithFake(
    [
      { name: 'm1', driver },
      { name: 'm2', driver },
    ],
    { MACHINE_DRIVER: 'generic' },
  );
  expect(log[2]).toBe('rm m1');
});

test('other drivers create machines in parallel', async () => {
  const env = { MACHINE_DRIVER: 'digitalocean', FAKE_MEET: '2' };
  const { log } = await createWithFake([{ name: 'm1' }, { name: 'm2' }], env);
  expect(log.slice(0, 2).toSorted()).toEqual(['begin m1 digitalocean ', 'begin m2 digitalocean ']);
});

test('a range that VirtualBox refuses is one line with a hint, and nothing remains', async () => {
  const { ends, log } = await createWithFake([{ name: 'm1' }]);
  expect(ends[0]).toHaveProperty(
    'reason.message',
    expect.stringMatching(
      /^machine m1: create: exit code 1, .*. Add the line "\* 192\.168\.99\.0\/24" to \/etc\/vbox\/networks\.conf/,
    ),
  );
  expect(log.at(-1)).toBe('rm m1');
});

test('docker-machine does not continue with a machine after its run was killed and cleaned up', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fake-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const env = {
    ...process.env,
    E2E_PROVIDER: 'docker-machine',
    E2E_DOCKER_MACHINE: fake,
    FAKE_FOLDER: folder,
    FAKE_MEET: '2',
    MACHINE_STORAGE_PATH: join(folder, 'store'),
  };
  const child = spawn(process.execPath, [createMachine, 'm1'], { env, stdio: 'ignore' });
  const exit = once(child, 'exit');
  const pid = await waitFor(
    'docker-machine create runs',
    async () => {
      const text = readFileSync(join(folder, 'begun-m1'), 'utf8').trim();
      return text === '' ? notYet('no number') : done(Number(text));
    },
    { limit: 30_000 },
  );
  onTestFinished(() => killIfThere(pid));
  child.kill('SIGKILL');
  await exit;
  expect(await readStartTime(pid)).toBeDefined();

  await createDockerMachineProvider({ env }).cleanUp();
  await waitFor(
    'docker-machine create is gone',
    async () =>
      (await readStartTime(pid)) === undefined ? done(undefined) : notYet('it is there'),
    { limit: 10_000 },
  );
  expect(readFileSync(join(folder, 'log'), 'utf8').trim().split('\n').at(-1)).toBe('rm m1');
});

test('the driver’s settings come from the environment or, for one machine only, the topology', async () => {
  const { log } = await createWithFake(
    [{ name: 'm1' }, { name: 'm2', driver: { VIRTUALBOX_MEMORY_SIZE: '4096' } }],
    { MACHINE_DRIVER: 'virtualbox', VIRTUALBOX_MEMORY_SIZE: '2048' },
  );
  expect(log.filter((line) => line.startsWith('begin'))).toEqual([
    'begin m1 virtualbox 2048',
    'begin m2 virtualbox 4096',
  ]);
});

function killIfThere(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // As expected.
  }
}
