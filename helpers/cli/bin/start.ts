import { mkdirSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The oldest Node.js that the package runs on. */
export const oldestNode = '22.19.0';

/**
 * Ends this process with a clear message on a Node.js that is too old; makes later starts faster on others. It imports
 * nothing else, because other modules use the syntax and functions of newer versions.
 */
export function prepareNode(program: string, version = process.versions.node): void {
  if (isOlder(version, oldestNode)) {
    process.stderr.write(
      `${program}: Node.js ${version} is too old. Install Node.js ${oldestNode} or newer.\n`,
    );
    process.exit(1);
  }
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const compiled = join(cache, 'overlay-e2e', 'compiled');
  try {
    // With the user's umask, others might change code that root runs.
    mkdirSync(compiled, { recursive: true, mode: 0o700 });
  } catch {
    return; // The disk is full or read-only: this start only takes longer.
  }
  module.enableCompileCache(compiled);
}

/** Compares versions such as 22.19.0. */
export function isOlder(version: string, oldest: string): boolean {
  return version.localeCompare(oldest, 'en', { numeric: true }) < 0;
}
