import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { requireInit } from '../../netns/boot/boot.ts';
import type { PassingMode } from '../../netns/boot/enter.ts';
import { machineDataFolder, type Store } from '../../netns/state/store.ts';
import { commandLine } from '../../process/run-command.ts';

/**
 * Returns the command line of the host that runs `argv` as root inside of a running machine. Files of the machine's folder
 * carry it: no network leads to the machine's commands, and only the host's root can open the folder.
 *
 * @param env the environment of the program inside
 */
export function commandInside(
  store: Store,
  name: string,
  argv: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
  mode: PassingMode,
): { file: string; args: string[] } {
  const supervisor = requireInit(store, name);
  const variables = Object.entries({ ...env, HOME: '/root', USER: 'root' });
  const settings = variables.map(([key, value]) => `${key}=${value}`);
  const script = `exec ${commandLine('env', ['-i', ...settings, ...argv])}`;
  const run = join(import.meta.dirname, 'run-inside.sh');
  const folder = machineDataFolder(store, name);
  return { file: 'sh', args: [run, folder, randomUUID(), `${supervisor}`, script, mode] };
}
