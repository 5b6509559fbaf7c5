import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A folder that exists only in the namespaces of a keeper, which `uml/rootless` starts for a user without root. */
const ROOTLESS_FOLDER = '/run/overlay-e2e-rootless';

/** The keeper's PID namespace as a file. A process in it ends with the keeper. */
export const ROOTLESS_PIDS = join(ROOTLESS_FOLDER, 'pid');

/** A folder that exists only in the virtual computer, which `uml/computer` starts for a user without root. */
export const COMPUTER_FOLDER = '/run/overlay-e2e-computer';

/**
 * Returns true in a keeper's namespaces. There, the user is root, and its network is what the host's is for machines of
 * root. Files still belong to that one user only, and there are no cgroups.
 */
export function isRootless(): boolean {
  return existsSync(ROOTLESS_FOLDER);
}

/**
 * Returns true in a virtual computer, where a user without root is root of a whole kernel: User-mode Linux. Files of the
 * host still belong to that one user.
 */
export function isInComputer(): boolean {
  return existsSync(COMPUTER_FOLDER);
}
