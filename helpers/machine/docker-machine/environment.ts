import { homedir } from 'node:os';
import { join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where docker-machine's machines are kept: `MACHINE_STORAGE_PATH`, else a store of the harness's own. Never
 * `~/.docker/machine` by itself: what `down` takes down would be the user's machines.
 */
export function dockerMachineStore(env: Environment): string {
  const state = env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state');
  return env['MACHINE_STORAGE_PATH'] || join(state, 'overlay-e2e-docker-machine');
}

/** The environment of every call: the given one, with the store in it and no endpoint of a docker client. */
export function dockerMachineEnvironment(
  env: Environment,
): Record<string, string> & { MACHINE_STORAGE_PATH: string } {
  const kept = Object.entries(env).flatMap(([name, value]) =>
    // What `eval "$(docker-machine env …)"` left in the caller's shell is not meant for new machines.
    value === undefined || /^DOCKER_(HOST|TLS_VERIFY|CERT_PATH|MACHINE_NAME)$/.test(name)
      ? []
      : [[name, value] as const],
  );
  return { ...Object.fromEntries(kept), MACHINE_STORAGE_PATH: dockerMachineStore(env) };
}

/**
 * What the environment says for one machine alone: `GENERIC_IP_ADDRESS__MH_KEYSTORE` is `GENERIC_IP_ADDRESS` for
 * `mh-keystore`. Works for every variable that docker-machine or one of its drivers reads.
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
