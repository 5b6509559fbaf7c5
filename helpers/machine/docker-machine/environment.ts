import { homedir } from 'node:os';
import { join } from 'node:path';

import type { Environment } from '../provider-kind.ts';

/** The environment variable for the subnet of VirtualBox's machines. */
export const virtualBoxRange = 'VIRTUALBOX_HOSTONLY_CIDR';

/** Returns the command with docker-machine's command line: `E2E_DOCKER_MACHINE`, or else `docker-machine`. */
export function dockerMachineCommand(env: Environment): string {
  return env['E2E_DOCKER_MACHINE'] || 'docker-machine';
}

/** Returns the driver that docker-machine uses by default. */
export function usualDriver(env: Environment): string {
  return env['MACHINE_DRIVER'] || 'virtualbox';
}

/** Returns true if a driver creates machines with network namespaces, like the built-in provider. */
export function isNetnsDriver(driver: string): boolean {
  return driver === 'netns';
}

/**
 * Returns the state directory of docker-machine: `MACHINE_STORAGE_PATH`, or else a separate one. The default is never
 * `~/.docker/machine`, because `down` would remove the user's machines.
 */
export function dockerMachineStore(env: Environment): string {
  const state = env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state');
  return env['MACHINE_STORAGE_PATH'] || join(state, 'overlay-e2e-docker-machine');
}

/**
 * Returns the environment of every call: the given one, with the state directory and without variables of the docker
 * client.
 */
export function dockerMachineEnvironment(
  env: Environment,
): Record<string, string> & { MACHINE_STORAGE_PATH: string } {
  const kept = Object.entries(env).flatMap(([name, value]) =>
    // `eval "$(docker-machine env …)"` may have set them in the caller's shell; new machines must not inherit them.
    value === undefined || /^DOCKER_(HOST|TLS_VERIFY|CERT_PATH|MACHINE_NAME)$/.test(name)
      ? []
      : [[name, value] as const],
  );
  return { ...Object.fromEntries(kept), MACHINE_STORAGE_PATH: dockerMachineStore(env) };
}

/**
 * Returns the environment variables for one machine: `GENERIC_IP_ADDRESS__MH_KEYSTORE` is `GENERIC_IP_ADDRESS` for
 * `mh-keystore`. This works for every variable that docker-machine or a driver reads.
 */
export function environmentOf(machine: string, env: Environment): Record<string, string> {
  const suffix = `__${machine.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value !== undefined && name.endsWith(suffix) && name.length > suffix.length
        ? [[name.slice(0, -suffix.length), value]]
        : [],
    ),
  );
}
