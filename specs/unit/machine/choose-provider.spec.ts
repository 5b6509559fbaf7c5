import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { chooseProvider } from '../../../helpers/machine/choose-provider.ts';
import { onActivity } from '../../../helpers/process/activity.ts';

/** Creates a folder with fake programs of these names. They do nothing and are only searched for. */
function makeFakes(...names: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'fakes-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of names) {
    writeFileSync(join(folder, name), '#!/bin/sh\nexit 1\n');
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

async function choose(env: NodeJS.ProcessEnv) {
  const told: string[] = [];
  const stop = onActivity({ start: ({ title }) => told.push(title) });
  try {
    const { provider } = await chooseProvider(env);
    return { told, provider };
  } finally {
    stop();
  }
}

test('with docker-machine and VBoxManage on PATH, the run reports provider, driver and reason', async () => {
  const folder = makeFakes('docker-machine', 'VBoxManage');
  const env = { PATH: ['/nowhere', folder].join(delimiter), MACHINE_STORAGE_PATH: folder };
  const { told, provider } = await choose(env);
  expect(provider).toMatchObject({ name: 'docker-machine', store: folder });
  expect(told).toEqual([
    'provider docker-machine with the driver virtualbox: docker-machine and VBoxManage found',
  ]);
});

test('a docker-machine that is not executable is not found', async () => {
  const folder = makeFakes('docker-machine', 'VBoxManage');
  chmodSync(join(folder, 'docker-machine'), 0o644);
  const env = { PATH: folder, E2E_PROVIDER: 'docker-machine', MACHINE_STORAGE_PATH: folder };
  await expect(chooseProvider(env)).rejects.toThrow('docker-machine is not an executable program');
});
