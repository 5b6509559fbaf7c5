import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join, relative } from 'node:path';
import { RELEASES } from '../../helpers/debian/apt/apt-sources.ts';
import { unpackPackages } from '../../helpers/debian/apt/archive.ts';
import { cached } from '../../helpers/debian/cache/cache.ts';
import { findProgram } from '../../helpers/process/files/find-program.ts';
import { hostRelease } from '../../helpers/debian/apt/host-release.ts';
import { linkLibraries, missingLibraries } from '../../helpers/debian/apt/libraries.ts';

/** Returns a `path` with a `curl`, which readers have, but a minimal Debian does not. */
export async function provideCurl(path: string): Promise<string> {
  if (findProgram('curl', path.split(delimiter)) !== undefined) return path;
  const { codename } = await hostRelease();
  const suite = RELEASES.find((one) => one === codename);
  if (suite === undefined) throw new Error('the walk-through needs curl. Install it.');
  const key = `spec-tools/curl-${suite}-${process.arch}-2`;
  const folder = await cached(key, 'curl', async (into, report) => {
    await unpackPackages({ suite, packages: ['curl'], into, withDependencies: true, report });
    await linkLibraries(into);
    await mkdir(join(into, 'programs'));
    // Relative to itself, because the folder gets its final name only when it is complete.
    const libraries = missingLibraries(into).map((library) => `$here/${relative(into, library)}`);
    const script = [
      '#!/bin/sh',
      'here=$(dirname "$(dirname "$0")")',
      `LD_LIBRARY_PATH=${libraries.join(':')} exec "$here/usr/bin/curl" "$@"`,
    ];
    await writeFile(join(into, 'programs/curl'), `${script.join('\n')}\n`, { mode: 0o755 });
  });
  return `${path}${delimiter}${join(folder, 'programs')}`;
}
