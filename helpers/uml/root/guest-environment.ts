import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineBundle } from '../../debian/engines/engine-bundle.ts';
import { libraryFolders } from '../../debian/apt/libraries.ts';
import { SYSTEM_PATH } from '../../process/files/find-program.ts';

/** Returns the environment of an engine, and of all commands, inside of a machine with this root. */
export function guestEnvironment(root: string, { folder }: EngineBundle): Record<string, string> {
  const places = ['usr/sbin', 'usr/bin', 'bin'].map((name) => join(folder, name));
  const own = places.filter((place) => existsSync(place));
  const libraries = missingInGuest(root, folder);
  return {
    PATH: [...(own.length === 0 ? [folder] : own), ...SYSTEM_PATH].join(':'),
    ...(libraries.length === 0 ? {} : { LD_LIBRARY_PATH: libraries.join(':') }),
  };
}

/** The folders of the bundle's libraries that the root lacks: the others must stay the root's own. */
function missingInGuest(root: string, bundle: string): string[] {
  const linked = join(bundle, 'libraries');
  const names = existsSync(linked) ? readdirSync(linked).filter((name) => name !== 'all') : [];
  const folders = libraryFolders(root).map((folder) => join(root, folder));
  return names
    .filter((name) => !folders.some((folder) => existsSync(join(folder, name))))
    .map((name) => join(linked, name));
}
