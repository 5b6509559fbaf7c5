import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readIfThere } from './files/read-if-exists.ts';

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

/** CAP_SYS_ADMIN */
const ADMINISTER = 21n;

/**
 * Returns true if this process may create namespaces and mounts as root. Root of a container may not, unless the container
 * is privileged.
 *
 * @param uid the effective user
 * @param status the text of /proc/self/status; an empty one on other systems than Linux
 */
export function isAdministrator(
  uid = process.geteuid?.(),
  status = readIfThere('/proc/self/status'),
): boolean {
  if (uid !== 0) return false;
  const [, capabilities] = /^CapEff:\t([0-9a-f]+)$/m.exec(status) ?? [];
  if (capabilities === undefined) return true;
  return ((BigInt(`0x${capabilities}`) >> ADMINISTER) & 1n) === 1n;
}
