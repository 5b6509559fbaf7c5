import { cacheFolder } from '../../debian/cache/cache.ts';
import { isBundleCached, DEFAULT_ENGINE } from '../../debian/engines/engine-bundle.ts';
import { type HostRelease, hostRelease } from '../../debian/apt/host-release.ts';
import { requireHost, type Starter, thisProcess } from './require-host.ts';
import { openStore } from '../state/store.ts';
import { prepareTools } from '../../debian/tools.ts';
import { isRootless } from '../../process/rootless.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { examineCgroups } from './cgroups.ts';
import { examineSpace } from './disk.ts';
import { type Finding, fine, missing } from './host-finding.ts';
import { examineKernel } from './kernel.ts';
import { examineLimits } from './limits.ts';
import { examineEngine, findingOf } from './packages.ts';
import { examineRange } from './range.ts';

/** Bytes for engines, tools and images in the cache, and for building them. */
const cacheNeeds = 3e9;
/** Bytes that are still needed when the engine is already in the cache. */
const warmCacheNeeds = 0.5e9;
/** Bytes that the machines of a topology write. */
const storeNeeds = 1e9;

/**
 * Checks the requirements of the built-in provider. If the first one is missing, the others cannot be checked.
 *
 * @param features those of the kernel that machines need, by their names; all of them when absent
 */
export async function examineHost(
  provider: 'netns' | 'uml' = 'netns',
  features?: readonly string[],
): Promise<Finding[]> {
  const starter = evaluateStarter(thisProcess(), provider);
  if (!starter.fine) return [starter];
  const release = await hostRelease();
  const store = openStore();
  const tools = await examineTools(release);
  const isWarm = isBundleCached(DEFAULT_ENGINE);
  const [engine, cgroups, limits, all] = await Promise.all([
    examineEngine(release),
    isRootless() ? [] : examineCgroups(),
    examineLimits(),
    examineSpace([
      {
        subject: 'state directory',
        folder: store.folder,
        needs: storeNeeds,
        variable: 'MACHINE_STORAGE_PATH',
      },
      {
        subject: 'cache',
        folder: cacheFolder(),
        needs: isWarm ? warmCacheNeeds : cacheNeeds,
        variable: 'XDG_CACHE_HOME',
      },
    ]),
  ]);
  const { env } = tools;
  const byTools =
    env === undefined
      ? []
      : [
          ...(await examineKernel(release, store.folder, env, features)),
          await examineRange(store, env),
        ];
  return [starter, tools.finding, engine, ...cgroups, limits, ...all, ...byTools];
}

/** Checks whether this process may create machines at all. */
export function evaluateStarter(starter: Starter, provider: 'netns' | 'uml' = 'netns'): Finding {
  try {
    requireHost(provider, starter);
    if (starter.rootless)
      return fine(
        WITHOUT_ROOT,
        'yes, in user namespaces; each machine loads its images itself, which takes longer',
      );
    return fine('root on Linux', 'yes');
  } catch (error) {
    const { observed, hint = '' } = error as HarnessError;
    return missing('root on Linux', observed, hint);
  }
}

/** The subject of the finding about a user who is not root. */
export const WITHOUT_ROOT = 'without root';

async function examineTools(release: HostRelease) {
  let env: Readonly<Record<string, string>> | undefined;
  const finding = await findingOf('programs', release, async () => {
    const tools = await prepareTools();
    env = tools.env;
    return tools.paths.length === 0 ? 'all installed' : 'missing ones are in the cache';
  });
  return { finding, env };
}
