import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { RELEASES } from '../../helpers/netns/apt-sources.ts';
import { unpackPackages } from '../../helpers/netns/archive.ts';
import { cached } from '../../helpers/netns/cache.ts';
import { findProgram } from '../../helpers/netns/find-program.ts';
import { hostRelease } from '../../helpers/netns/host-release.ts';
import { linkLibraries, missingLibraries } from '../../helpers/netns/libraries.ts';

/** `path` with a `curl` on it: readers have one, a bare Debian has none. */
export async function provideCurl(path: string): Promise<string> {
  if (findProgram('curl', path.split(delimiter)) !== undefined) return path;
  const { codename } = await hostRelease();
  const suite = RELEASES.find((one) => one === codename);
  if (suite === undefined) throw new Error('the walk-through needs curl: install it');
  const folder = await cached(
    `spec-tools/curl-${suite}-${process.arch}-1`,
    'curl',
    async (into, report) => {
      await unpackPackages({ suite, packages: ['curl'], into, withDependencies: true, report });
      await linkLibraries(into);
      await mkdir(join(into, 'programs'));
    },
  );
  const program = join(folder, 'programs/curl');
  const libraries = missingLibraries(folder).join(':');
  await writeFile(
    program,
    `#!/bin/sh\nLD_LIBRARY_PATH=${libraries} exec ${folder}/usr/bin/curl "$@"\n`,
  );
  await chmod(program, 0o755);
  return `${path}${delimiter}${join(folder, 'programs')}`;
}
