import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandContext } from '../context.ts';
import { driverOf } from './drivers.ts';
import type { Host, HostConfig } from './host-config.ts';
import { Failure } from '../failure.ts';
import { parseGoJson } from '../template/go-json.ts';

/** The names of all machines, in the order of their bytes. */
export function hostNames(storage: string): string[] {
  try {
    return readdirSync(join(storage, 'machines'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw explainDenied(storage, error);
  }
}

/** Checks the access to the state directory, whose folders only root can read. */
function explainDenied(storage: string, error: unknown): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'EACCES') return error;
  return new Failure(
    `state directory ${storage}: permission denied. Run this with sudo or as root.`,
  );
}

/** Returns true if the state directory has a machine of that name, even a broken one. */
export function hostExists(storage: string, name: string): boolean {
  if (!/^[^/]+$/.test(name) || name === '.' || name === '..') return false;
  try {
    const found = statSync(join(storage, 'machines', name), { throwIfNoEntry: false });
    return found?.isDirectory() === true;
  } catch (error) {
    throw explainDenied(storage, error);
  }
}

/** Reads a machine's config.json. */
export function loadHost(context: Pick<CommandContext, 'storage' | 'program'>, name: string): Host {
  const { storage, program } = context;
  if (!hostExists(storage, name)) {
    throw new Failure(
      `Docker machine "${name}" does not exist. Use "${program} ls" to list machines. Use "${program} create" to add a new one.`,
    );
  }
  const file = join(storage, 'machines', name, 'config.json');
  try {
    return { name, config: parseGoJson(readFileSync(file, 'utf8')) as HostConfig };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new Failure(`open ${file}: no such file or directory`);
    }
    throw new Failure(`Error getting migrated host: ${(error as Error).message}`);
  }
}

/** The machines that a command is called with; the one called `default` if it is called with none. */
export function targets(context: CommandContext): readonly [string, ...string[]] {
  const [first, ...others] = context.args;
  if (first !== undefined) return [first, ...others];
  if (hostExists(context.storage, 'default')) return ['default'];
  throw new Failure('Error: No machine name(s) specified and no "default" machine exists');
}

/** The one machine that a command is called with, or `default`. */
export function onlyTarget(context: CommandContext): Host {
  const [name, ...others] = targets(context);
  if (others.length > 0) throw new Failure('Error: Expected one machine name as an argument');
  return loadHost(context, name);
}

/** Returns the machines of a call; reports every name that does not exist. */
export function loadTargets(context: CommandContext): Host[] {
  const failures: string[] = [];
  const hosts = targets(context).flatMap((name) => {
    try {
      return [loadHost(context, name)];
    } catch (error) {
      failures.push((error as Error).message);
      return [];
    }
  });
  if (failures.length > 0) throw new Failure(failures.join('\n'));
  return hosts;
}

/** `tcp://ADDRESS:PORT` of a machine that runs. */
export function urlOf(context: CommandContext, host: Host): string {
  const driver = driverOf(host);
  if (driver.state(context, host) !== 'Running') throw new Failure('Host is not running');
  return driver.url(host);
}

/** The URL of the Swarm manager of a machine whose engine has `url`. */
export function swarmUrl(url: string, swarmHost: string): string {
  return `${url.replace(/:\d+$/, '')}:${swarmHost.replace(/^.*:/, '')}`;
}
