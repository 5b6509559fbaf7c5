import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseRange } from '../../process/address-range.ts';
import { InputError } from '../../process/errors/input-error.ts';
import {
  dockerMachineCommand,
  isNetnsDriver,
  usualDriver,
  virtualBoxRange,
} from './environment.ts';
import { subnetOf, subnetVariable } from '../netns/kind.ts';
import type { Decision, Environment, ProviderKind } from '../provider-kind.ts';

/** Returns the decision for docker-machine with its default driver. */
export function decideDockerMachine(because: string, env: Environment): Decision {
  return { name: 'docker-machine', because, driver: usualDriver(env) };
}

/** docker-machine, or a program with its command line. */
export const dockerMachineKind: ProviderKind = {
  decide: (because, { env, has }) => {
    const command = dockerMachineCommand(env);
    if (has(command)) return decideDockerMachine(because, env);
    throw new InputError({
      code: 'package-missing',
      subject: 'E2E_PROVIDER=docker-machine',
      observed: `${command} is not an executable program`,
      hint: 'install docker-machine 0.16.2 on PATH, or set E2E_DOCKER_MACHINE to its path',
    });
  },
  requireHost: () => {},
  open: async (env) => {
    const { createDockerMachineProvider } = await import('./provider.ts');
    return createDockerMachineProvider({ env });
  },
  examine: async () => {
    const { examineDockerMachine } = await import('./examine.ts');
    return await examineDockerMachine();
  },
  rangeVariable: (env) => (isNetnsDriver(usualDriver(env)) ? subnetVariable : virtualBoxRange),
  rangeOf: (env) => {
    const driver = usualDriver(env);
    if (isNetnsDriver(driver)) return subnetOf(env);
    // VirtualBox's default.
    if (driver === 'virtualbox') return parseRange(env[virtualBoxRange] || '192.168.99.1/24');
    return undefined;
  },
  oneTopologyDriver: (env) => {
    const driver = usualDriver(env);
    return isNetnsDriver(driver) ? undefined : driver;
  },
  foreignStores: [join(homedir(), '.docker', 'machine')],
};
