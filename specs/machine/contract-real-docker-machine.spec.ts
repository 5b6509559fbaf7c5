import { describe, test } from 'vitest';
import { findProgram } from '../../helpers/netns/find-program.ts';
import { createDockerMachineProvider } from '../../helpers/machine/docker-machine-provider.ts';
import { describeProvider } from './contract.ts';

const title = 'The provider docker-machine, with the real command';
const { env } = process;
const driver = env['MACHINE_DRIVER'] || 'virtualbox';
const missing = findMissing();

if (missing === undefined) {
  describeProvider(title, {
    open: (store) =>
      createDockerMachineProvider({
        env: { ...env, E2E_DOCKER_MACHINE: 'docker-machine', MACHINE_STORAGE_PATH: store },
      }),
    cannotStop:
      driver === 'generic' ? 'docker-machine’s driver generic cannot stop a machine' : undefined,
  });
} else {
  describe(title, () => {
    test('keeps the contract of all providers', ({ skip }) => skip(missing));
  });
}

function findMissing(): string | undefined {
  if (findProgram('docker-machine') === undefined) return 'no docker-machine on PATH';
  if (driver === 'virtualbox' && findProgram('VBoxManage') === undefined) {
    return 'docker-machine is on PATH, but no VBoxManage, and MACHINE_DRIVER names no other driver';
  }
  const hosts = ['GENERIC_IP_ADDRESS__CONTRACT_9', 'GENERIC_IP_ADDRESS__CONTRACT_10'];
  if (driver === 'generic' && hosts.some((name) => (env[name] ?? '') === '')) {
    return `MACHINE_DRIVER=generic needs two hosts: ${hosts.join(' and ')}`;
  }
  return undefined;
}
