import { isAdministrator, isRootless } from '../../process/rootless.ts';
import { decideHere } from '../choose-provider.ts';

/** Returns true if this user's machines are those of `uml`, and this process is neither root nor in its own namespaces. */
export function needsNamespaces(): boolean {
  if (isAdministrator() || isRootless()) return false;
  try {
    return decideHere().name === 'uml';
  } catch {
    // The command itself tells what is wrong.
    return false;
  }
}
