import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createNetnsProvider } from '../../helpers/machine/netns/provider.ts';
import { machineDataFolder } from '../../helpers/netns/state/store.ts';
import { runCommand } from '../../helpers/process/run-command.ts';
import { buildDebianImage, DEBIAN } from './debian-image.ts';
import { guardStore } from '../machine/store-guard.ts';

const clone = resolve(import.meta.dirname, '../..');

const SCRIPT = `
set -e
cd /clone
grep CapEff /proc/self/status
grep ' /dev/shm ' /proc/mounts
unshare --user true && exit 1
helpers/cli/overlay-e2e.sh doctor
helpers/cli/overlay-e2e.sh up --until network
helpers/cli/overlay-e2e.sh down`;

test("A container with Docker's default profile and capabilities brings up a cluster", {
  timeout: 3_000_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'uml-container-'));
  guardStore(folder, join(folder, 'store'));
  const provider = createNetnsProvider({ store: join(folder, 'store') });
  onTestFinished(async () => {
    await provider.remove(await provider.listOwn());
    await provider.cleanUp();
    await rm(folder, { recursive: true, force: true });
  });
  await provider.create({ name: 'host', images: [await buildDebianImage()], egress: true });
  // A machine sees no file of the host that is not in its own folder.
  const inside = join(machineDataFolder(provider.stateDirectory, 'host'), 'docker/clone');
  const copied = await runCommand('cp', ['-al', clone, inside], { expect: 'any' });
  if (copied.exitCode !== 0) await runCommand('cp', ['-a', clone, inside]);
  const { exitCode, stdout, stderr } = await provider.run(
    'host',
    [
      'docker',
      'run',
      '--rm',
      '--init',
      '-v',
      '/var/lib/docker/clone:/clone:ro',
      '-e',
      'NO_COLOR=1',
      DEBIAN,
      'bash',
      '-c',
      SCRIPT,
    ],
    { limit: 2_900_000, expect: 'any' },
  );
  expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
  // The default ones, without CAP_SYS_ADMIN.
  expect(stdout).toMatch(/^CapEff:\t00000000a80425fb$/m);
  expect(stdout).toMatch(/^shm \/dev\/shm tmpfs \S*noexec\S*size=65536k/m);
  expect(stderr).toMatch(/^unshare: unshare failed: Operation not permitted$/m);
  expect(stdout).toMatch(/^✔ without root +yes, in a virtual computer with one processor: /m);
  expect(stdout).toMatch(/^✔ memory +a file in \/tmp$/m);
  expect(stdout).toMatch(/^seed is up after /m);
  expect(stdout).toMatch(/^Removed: master-host, mh-keystore, worker-host\.$/m);
});
