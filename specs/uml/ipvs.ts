import { join } from 'node:path';
import { unpackPackages } from '../../helpers/debian/apt/archive.ts';
import { libraryFolders } from '../../helpers/debian/apt/libraries.ts';
import { cached } from '../../helpers/debian/cache/cache.ts';
import { commandLine } from '../../helpers/process/run-command.ts';

/** Returns the command line of `ipvsadm` inside of a machine with its own kernel, which sees the cache. */
export async function prepareIpvsadm(): Promise<string> {
  const folder = await cached('specs/ipvsadm-trixie-1', 'ipvsadm', async (into, report) => {
    const request = { suite: 'trixie', packages: ['ipvsadm'], withDependencies: 'all' } as const;
    await unpackPackages({ ...request, into, report });
  });
  const libraries = libraryFolders(folder).map((one) => join(folder, one));
  const variable = `LD_LIBRARY_PATH=${libraries.join(':')}`;
  return commandLine('env', [variable, join(folder, 'usr/sbin/ipvsadm')]);
}
