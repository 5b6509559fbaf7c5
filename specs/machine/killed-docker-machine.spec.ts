import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test as base } from 'vitest';
import { createDockerMachineProvider } from '../../helpers/machine/docker-machine/provider.ts';
import { runCommand } from '../../helpers/process/run-command.ts';
import { done, waitFor } from '../../helpers/process/waits/wait-for.ts';

const netnsMachine = fileURLToPath(new URL('../../helpers/cli/netns-machine.sh', import.meta.url));
const createMachine = fileURLToPath(new URL('create-machine.ts', import.meta.url));

const test = base.extend(
  'place',
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  async ({}, { onCleanup }) => {
    const folder = await mkdtemp(join(tmpdir(), 'killed-'));
    const env = {
      ...process.env,
      E2E_PROVIDER: 'docker-machine',
      E2E_DOCKER_MACHINE: netnsMachine,
      MACHINE_DRIVER: 'netns',
      MACHINE_STORAGE_PATH: join(folder, 'store'),
    };
    const provider = createDockerMachineProvider({ env });
    onCleanup(async () => {
      await provider.remove((await provider.list()).map(({ name }) => name));
      await rm(folder, { recursive: true });
    });
    return { folder, env, provider };
  },
);

test('a clean-up removes the unfinished machine of a killed run, and nothing else', async ({
  place: { folder, env, provider },
}) => {
  const whole = await provider.create({ name: 'whole' });

  // The machine itself exists then; its creation waits for an image that never arrives.
  const image = join(folder, 'image.tar');
  await runCommand('mkfifo', [image]);
  const child = spawn(process.execPath, [createMachine, 'half', image], { env, stdio: 'ignore' });
  const exit = once(child, 'exit');
  const writer = await waitFor(
    'half: its creation reads the image',
    async () => done(await open(image, constants.O_WRONLY | constants.O_NONBLOCK)),
    { limit: 60_000 },
  );
  expect(await provider.cleanUp()).toEqual([]);
  expect((await provider.list()).map(({ name }) => name)).toEqual(['half', 'whole']);

  child.kill('SIGKILL');
  await exit;
  await writer.close();
  expect((await provider.list()).map(({ name }) => name)).toEqual(['half', 'whole']);
  expect(await provider.cleanUp()).toEqual(['half']);
  expect(await provider.list()).toEqual([whole]);
});
