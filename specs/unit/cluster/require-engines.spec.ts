import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import {
  refuseBundle,
  refuseEngine,
  requireEngines,
} from '../../../helpers/cluster/require-engines.ts';
import type { MachineRequest } from '../../../helpers/machine/machine.ts';
import { createDockerMachineProvider } from '../../../helpers/machine/docker-machine/provider.ts';
import { HarnessError } from '../../../helpers/process/errors/harness-error.ts';

const members: MachineRequest[] = [
  { name: 'master-host', engineBundle: '20.10.24' },
  { name: 'worker-host', engineBundle: '26.1.5' },
];

describe("an engine of Debian's archive", () => {
  test.each([
    ['20.10.5', 'consul'],
    ['20.10.5', 'etcd'],
    ['20.10.5', 'zookeeper'],
    ['20.10.5', 'swarm-mode'],
    ['20.10.24', 'etcd'],
    ['20.10.24', 'zookeeper'],
    ['20.10.24', 'swarm-mode'],
    ['26.1.5', 'swarm-mode'],
  ] as const)('%s can be in a cluster of %s', async (bundle, need) => {
    expect(await refuseBundle(need, bundle)).toBeUndefined();
  });

  test.each([
    ['consul', 'use engine 20.10.5, or swarm mode'],
    ['etcd', 'use engine 20.10.5 or 20.10.24, or swarm mode'],
    ['zookeeper', 'use engine 20.10.5 or 20.10.24, or swarm mode'],
  ] as const)(
    '26.1.5 is rejected with %s, because it has no --cluster-store',
    async (need, hint) => {
      expect(await refuseBundle(need, '26.1.5')).toEqual({
        observed: 'engine 26.1.5 has no --cluster-store: key-value clusters need 20.10 or older',
        hint,
      });
    },
  );

  test('20.10.24 is rejected with consul, because it was built without Consul', async () => {
    expect(await refuseBundle('consul', '20.10.24')).toEqual({
      observed: "engine 20.10.24 has no consul:// (Debian's bookworm build)",
      hint: 'use etcd or zookeeper, or engine 20.10.5',
    });
  });

  test('is rejected if it does not exist, with a list of the existing ones', async () => {
    await expect(refuseBundle('etcd', '1.2.3')).rejects.toThrow(
      'unknown engine version "1.2.3". Valid versions: 20.10.5, 20.10.24, 26.1.5, forky, ',
    );
  });
});

describe('a user-defined engine is checked by the output of its dockerd', () => {
  test('a build without any key-value store', () => {
    const abilities = { version: '20.10.7', clusterStore: true, backends: [] };
    expect(refuseEngine('zookeeper', abilities, 'this build, /opt/docker')).toEqual({
      observed: 'engine 20.10.7 has no zk:// (this build, /opt/docker)',
      hint: 'use engine 20.10.5 or 20.10.24',
    });
  });

  test('a version before key-value stores and before attachable networks', () => {
    const abilities = { version: '1.8.3', clusterStore: false, backends: [] };
    expect(refuseEngine('consul', abilities, 'x')?.observed).toBe(
      'engine 1.8.3 has no --cluster-store: key-value clusters need 1.9 or newer',
    );
    expect(refuseEngine('swarm-mode', abilities, 'x')?.observed).toBe(
      'engine 1.8.3 has no attachable networks: swarm mode needs 1.13 or newer',
    );
  });

  test('a version with key-value stores, but before attachable networks', () => {
    const abilities = { version: '1.12.6', clusterStore: true, backends: ['etcd'] as const };
    expect(refuseEngine('etcd', abilities, 'x')).toBeUndefined();
    expect(refuseEngine('swarm-mode', abilities, 'x')).toBeDefined();
    expect(refuseEngine('swarm-mode', { ...abilities, version: '1.13.0' }, 'x')).toBeUndefined();
  });
});

describe('the engines of a cluster', () => {
  test('are rejected in one line that names their machines', async () => {
    const ours = providerWith({ MACHINE_DRIVER: 'netns' });
    const failure = requireEngines(ours, 'etcd', members);
    await expect(failure).rejects.toThrow(HarnessError);
    await expect(failure).rejects.toThrow(
      'etcd cluster of worker-host: engine 26.1.5 has no --cluster-store: key-value clusters need 20.10 or older. Use engine 20.10.5 or 20.10.24, or swarm mode.',
    );
    await expect(requireEngines(ours, 'swarm-mode', members)).resolves.toBeUndefined();
  });

  test('are those of the environment if the machines name none', async () => {
    const ours = providerWith({ MACHINE_DRIVER: 'netns', E2E_ENGINE_BUNDLE: '26.1.5' });
    const unnamed = [{ name: 'master-host' }, { name: 'worker-host' }];
    await expect(requireEngines(ours, 'consul', unnamed)).rejects.toThrow(
      'consul cluster of master-host, worker-host: engine 26.1.5 has no --cluster-store',
    );
  });

  test('are not checked if a driver chooses them, and rejected if the driver cannot install them', async () => {
    const virtualbox = providerWith({ E2E_ENGINE_BUNDLE: '26.1.5' });
    const unnamed = [{ name: 'master-host' }];
    await expect(requireEngines(virtualbox, 'consul', unnamed)).resolves.toBeUndefined();
    await expect(requireEngines(virtualbox, 'swarm-mode', members)).rejects.toThrow(
      'machine master-host: create with the engine 20.10.24: the driver virtualbox installs an engine itself',
    );
  });
});

function providerWith(env: Readonly<Record<string, string>>) {
  return createDockerMachineProvider({ env: { ...env, MACHINE_STORAGE_PATH: tmpdir() } });
}
