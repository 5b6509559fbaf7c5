import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const names = z.record(z.string(), z.string()).default({});
const entry = z.looseObject({
  dependencies: names,
  optionalDependencies: names,
  peerDependencies: names,
  peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean() })).default({}),
});
const lockFile = z.object({ packages: z.record(z.string(), z.unknown()) });

const { packages } = lockFile.parse(
  JSON.parse(readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8')),
);

/**
 * Returns a package-lock.json for a project that installs only a tarball of this project and Vitest. All other packages are
 * those of this repository's lock file, so that `npm ci` finds them in its cache and asks the registry for nothing.
 *
 * @param project the package.json of the project
 * @param packed the entry of the tarball
 */
export function lockFor(
  project: Readonly<Record<string, unknown>>,
  packed: Readonly<Record<string, unknown>>,
): object {
  const found = new Map<string, unknown>();
  const visit = (from: string, described: unknown): void => {
    const one = entry.parse(described);
    const required = { ...one.dependencies, ...one.optionalDependencies };
    const peers = Object.keys(one.peerDependencies).filter(
      (name) => one.peerDependenciesMeta[name]?.optional !== true,
    );
    for (const name of [...Object.keys(required), ...peers]) {
      const path = placeOf(name, from);
      if (path === undefined || found.has(path)) continue;
      found.set(path, packages[path]);
      visit(path, packages[path]);
    }
  };
  visit('', packed);
  return {
    name: project['name'],
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': project,
      'node_modules/overlay-e2e': packed,
      ...Object.fromEntries(found),
    },
  };
}

/** Returns the place of a package that a package at another place imports, as Node.js finds it. */
function placeOf(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder === '.' ? '' : folder, 'node_modules', name);
    if (path in packages) return path;
    if (folder === '' || folder === '.') return undefined;
  }
}
