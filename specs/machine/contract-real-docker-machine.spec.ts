import { describe, test } from 'vitest';
import { createDockerMachineProvider } from '../../helpers/machine/docker-machine/provider.ts';
import { findProgram } from '../../helpers/process/files/find-program.ts';
import { describeProvider, type Opened } from './contract.ts';
import { makeGenericHosts } from './generic-hosts/generic-hosts.ts';

const title = 'The provider docker-machine, with the real command';
const { env } = process;
const hasVirtualBox = findProgram('VBoxManage') !== undefined;
// Without VirtualBox, the driver generic is tested, with hosts that are created here.
const driver = env['MACHINE_DRIVER'] || (hasVirtualBox ? 'virtualbox' : 'generic');
const hostsAreGiven = Object.keys(env).some((name) => name.startsWith('GENERIC_IP_ADDRESS'));
const missing = findMissing();

if (missing === undefined) {
  describeProvider(title, {
    open,
    cannotStop:
      driver === 'generic' ? 'docker-machine’s driver generic cannot stop a machine' : undefined,
  });
} else {
  describe(title, () => {
    test('meets the contract of all providers', ({ skip }) => skip(missing));
  });
}

async function open(store: string, names: readonly string[]): Promise<Opened> {
  const ownEnv = {
    ...env,
    E2E_DOCKER_MACHINE: 'docker-machine',
    MACHINE_DRIVER: driver,
    MACHINE_STORAGE_PATH: store,
  };
  if (driver !== 'generic' || hostsAreGiven) {
    return { provider: createDockerMachineProvider({ env: ownEnv }) };
  }
  const hosts = await makeGenericHosts(names);
  return {
    provider: createDockerMachineProvider({ env: { ...ownEnv, ...hosts.env } }),
    close: async () => hosts[Symbol.asyncDispose](),
  };
}

function findMissing(): string | undefined {
  if (findProgram('docker-machine') === undefined) return 'no docker-machine on PATH';
  if (driver === 'virtualbox' && !hasVirtualBox) {
    return 'MACHINE_DRIVER=virtualbox, but VBoxManage not found on PATH';
  }
  if (driver === 'generic' && !hostsAreGiven && process.getuid?.() !== 0) {
    return 'no VBoxManage on PATH, and only root can create hosts for the driver generic';
  }
  return undefined;
}
