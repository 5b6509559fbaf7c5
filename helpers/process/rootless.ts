import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A folder that exists only in the namespaces of a keeper, which `uml/rootless` starts for a user without root. */
const ROOTLESS_FOLDER = '/run/overlay-e2e-rootless';

/** The keeper's PID namespace as a file. A process in it ends with the keeper. */
export const ROOTLESS_PIDS = join(ROOTLESS_FOLDER, 'pid');

/**
 * Returns true in a keeper's namespaces. There, the user is root, and its network is what the host's is for machines of
 * root. Files still belong to that one user only, and there are no cgroups.
 */
export function isRootless(): boolean {
  return existsSync(ROOTLESS_FOLDER);
}
