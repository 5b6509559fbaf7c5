import { HarnessError } from '../process/harness-error.ts';
import { environmentOf } from './docker-machine-environment.ts';
import type { MachineRequest } from './machine.ts';

/** The flags of `docker-machine create` that every driver has. */
export function createFlags(request: MachineRequest): string[] {
  const { name, engineOptions = [], engineLabels = [], tlsSans = [] } = request;
  // docker-machine would take a leading dash for a flag and print its usage.
  if (!/^[a-zA-Z0-9][a-zA-Z0-9.-]*$/.test(name)) {
    throw new HarnessError({
      tried: `machine ${name}: create`,
      observed: 'a machine’s name is a host name',
      remedy: 'use letters, digits, dashes and dots, and begin with a letter or digit',
    });
  }
  return [
    ...engineOptions.map((option) => `--engine-opt=${option}`),
    ...engineLabels.map((label) => `--engine-label=${label}`),
    ...tlsSans.map((san) => `--tls-san=${san}`),
  ];
}

/** How a driver is told the address that a machine shall have. */
const addressVariables: Readonly<Record<string, string>> = {
  generic: 'GENERIC_IP_ADDRESS',
  netns: 'NETNS_IP_ADDRESS',
};

/**
 * The variables of this one `create`: what the caller's environment and the topology say for the machine alone, and
 * the address that it is to have.
 */
export function environmentForCreate(
  { name, address, driver = {} }: MachineRequest,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const own = { ...driver, ...environmentOf(name, env) };
  if (address === undefined) return own;
  const driverName = own['MACHINE_DRIVER'] ?? (env['MACHINE_DRIVER'] || 'virtualbox');
  const variable = addressVariables[driverName];
  if (variable === undefined) {
    throw new HarnessError({
      tried: `machine ${name}: create at ${address}`,
      observed: `the driver ${driverName} gives addresses itself`,
      remedy: 'leave the address open',
    });
  }
  return { [variable]: address, ...own };
}
