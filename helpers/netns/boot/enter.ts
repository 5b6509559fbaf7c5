import { cgroupsToJoin, requireInit } from './boot.ts';
import type { Store } from '../state/store.ts';

/**
 * The way in which input and output pass: `run` may pass the input before the program begins and the output when it has
 * ended, which is faster in a machine with its own kernel; `follow` passes them while the program runs.
 */
export type PassingMode = 'run' | 'follow';

/** A command of this computer that runs a program in a machine. */
export interface EnterCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** False if the program cannot read from a terminal: its input must be a file or a pipe. */
  readonly readsTerminal: boolean;
}

/** Returns a command that runs `argv` as root in a running machine: in its namespaces, and within its limits. */
export function enterCommand(
  store: Store,
  name: string,
  argv: readonly [string, ...string[]],
  env: {
    readonly host: Readonly<Record<string, string>>;
    readonly machine: Readonly<Record<string, string>>;
  },
): EnterCommand {
  const pid = requireInit(store, name);
  const cgroups = cgroupsToJoin(store, name);
  // `env` sets the program's environment in the machine, so that nsenter itself runs with the host's libraries.
  const variables = Object.entries({ ...env.machine, HOME: '/root', USER: 'root' });
  const script = [
    `for cgroup in ${cgroups.join(' ')}; do echo $$ >"$cgroup/cgroup.procs"; done`,
    `exec nsenter --target ${pid} --mount --uts --ipc --net --pid --cgroup env -i "$@"`,
  ].join('\n');
  const settings = variables.map(([key, value]) => `${key}=${value}`);
  return {
    file: 'sh',
    args: ['-c', script, 'enter', ...settings, ...argv],
    env: env.host,
    readsTerminal: true,
  };
}
