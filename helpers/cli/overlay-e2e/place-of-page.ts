import { join, relative } from 'node:path';

const root = join(import.meta.dirname, '../../..');

/**
 * Returns a page of the project as the user can open it: in a clone `docs/diagnoses/vxlan-blocked.md`, in another repository
 * a path below `node_modules`, and elsewhere an absolute path.
 *
 * @param path from the project's root
 */
export function placeOfPage(path: string): string {
  const page = join(root, path);
  const fromHere = relative('', page);
  return fromHere.startsWith('..') ? page : fromHere;
}
