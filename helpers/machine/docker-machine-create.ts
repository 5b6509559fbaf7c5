import { existsSync } from 'node:fs';
import { HarnessError } from '../process/harness-error.ts';
import { environmentOf } from './docker-machine-environment.ts';
import type { MachineRequest } from './machine.ts';

/** The kernel's limit for a host name. */
const longestName = 63;

/** Refuses what no driver can make, before anything is made. */
export function checkRequest({ name, images = [] }: MachineRequest): void {
  const tried = `machine name «${name}»`;
  // docker-machine would take a leading dash for a flag and print its usage.
  if (!/^[a-zA-Z0-9][a-zA-Z0-9.-]*$/.test(name) || name.length > longestName) {
    const remedy = 'use letters, digits, dots and dashes, a letter or digit first, 63 at most';
    throw new HarnessError({ tried, observed: 'it is not a host name', remedy });
  }
  const missing = images.find((archive) => !existsSync(archive));
  if (missing === undefined) return;
  throw new HarnessError({
    tried: `machine ${name}: image archive ${missing}`,
    observed: 'there is no such file',
    remedy: 'give the path of a file that docker save wrote',
  });
}

/** The flags of `docker-machine create` that every driver has. */
export function createFlags(request: MachineRequest): string[] {
  const { engineOptions = [], engineLabels = [], tlsSans = [] } = request;
  return [
    ...engineOptions.map((option) => `--engine-opt=${option}`),
    ...engineLabels.map((label) => `--engine-label=${label}`),
    ...tlsSans.map((san) => `--tls-san=${san}`),
  ];
}

/** How a driver is told the address that a machine shall have. */
const addressVariables: Readonly<Record<string, string>> = {
  generic: 'GENERIC_IP_ADDRESS',
  netns: 'NETNS_ADDRESS',
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
