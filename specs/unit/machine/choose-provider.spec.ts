import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { chooseProvider } from '../../../helpers/machine/choose-provider.ts';
import { onActivity } from '../../../helpers/process/activity.ts';

/** A folder with programs of these names that do nothing: fakes, to be found and not to be run. */
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

test('with docker-machine and VBoxManage on PATH the run tells that it takes them, the driver, and why', async () => {
  const folder = makeFakes('docker-machine', 'VBoxManage');
  const env = { PATH: ['/nowhere', folder].join(delimiter), MACHINE_STORAGE_PATH: folder };
  const { told, provider } = await choose(env);
  expect(provider).toMatchObject({ name: 'docker-machine', store: folder });
  expect(told).toEqual([
    'provider docker-machine with the driver virtualbox, because docker-machine and VBoxManage were found',
  ]);
});

test('a file of that name that cannot be run is no docker-machine', async () => {
  const folder = makeFakes('docker-machine', 'VBoxManage');
  chmodSync(join(folder, 'docker-machine'), 0o644);
  const env = { PATH: folder, E2E_PROVIDER: 'docker-machine', MACHINE_STORAGE_PATH: folder };
  await expect(chooseProvider(env)).rejects.toThrow('no docker-machine that can be run');
});
