import { HarnessError } from '../../process/errors/harness-error.ts';
import { prepareApt } from '../../debian/apt/apt.ts';
import { aptSources } from '../../debian/apt/archive.ts';
import {
  DEFAULT_ENGINE,
  isBundleCached,
  prepareEngineBundle,
  suiteOfBundle,
} from '../../debian/engines/engine-bundle.ts';
import { type HostRelease } from '../../debian/apt/host-release.ts';
import { aptCommandFor, familyOf } from '../../debian/apt/install-advice.ts';
import { type Finding, fine, missing } from './host-finding.ts';
import { readVariable } from '../../process/environment.ts';

/** Checks that the engine of the machines is in the cache or available from Debian's archive. */
export async function examineEngine(release: HostRelease): Promise<Finding> {
  const version = readVariable('E2E_ENGINE_BUNDLE') ?? DEFAULT_ENGINE;
  const suite = suiteOfBundle(version);
  const subject = `engine ${version}`;
  return await findingOf(subject, release, async () => {
    if (suite === undefined) return (await prepareEngineBundle(version)).folder;
    if (isBundleCached(version)) return 'in the cache';
    // Every download begins with the mirror's signed lists, which are cached for a day.
    const sources = await aptSources(suite);
    await prepareApt(suite, sources);
    return `the first run downloads it from Debian ${suite}, ${mirrorIn(sources.main)}`;
  });
}

/** Runs an inspection that throws an error with a hint if something is missing. */
export async function findingOf(
  subject: string,
  release: HostRelease,
  look: () => Promise<string>,
): Promise<Finding> {
  try {
    return fine(subject, await look());
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    const { tried, observed, hint = 'read the message' } = error;
    // Other distributions install Debian's keys with another command.
    const keysMissing = observed.startsWith('no debian-archive-keyring');
    const isForeign = familyOf(release) !== 'debian';
    const advice = keysMissing && isForeign ? aptCommandFor(release) : hint;
    return missing(subject, `${tried}: ${observed}`, advice);
  }
}

function mirrorIn(source: string): string {
  return source.split('] ')[1]?.split(' ')[0] ?? source;
}
