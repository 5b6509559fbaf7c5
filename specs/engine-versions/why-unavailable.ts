import type { UnsuitableEngine } from '../../helpers/cluster/require-engines.ts';
import { changesVersion, prepareEngineBundle } from '../../helpers/debian/engines/engine-bundle.ts';
import { HarnessError } from '../../helpers/process/errors/harness-error.ts';

/** The engine of Debian's next release, which tests download only if they were requested. */
export const NEXT_ENGINE = 'forky';

/**
 * Failures of a mirror, and of a host whose C library is too old for the engine. A signature that does not match is none: it
 * fails the test.
 */
const failures: ReadonlySet<string> = new Set([
  'download-failed',
  'package-unavailable',
  'engine-unsuitable',
]);

/**
 * Returns the reason why an engine cannot be used, if it is one of a suite that changes: the suite may be renamed or lose its
 * engine, and its programs may be too new for this host. Undefined if it is in the cache afterward, and for all other engines.
 */
export async function whyUnavailable(
  engine: string,
  prepare: (engine: string) => Promise<unknown> = prepareEngineBundle,
): Promise<UnsuitableEngine | undefined> {
  if (!changesVersion(engine)) return undefined;
  try {
    await prepare(engine);
    return undefined;
  } catch (error) {
    if (!(error instanceof HarnessError) || !failures.has(error.code)) throw error;
    const { observed, hint = 'choose another engine' } = error;
    return { observed: `engine ${engine} is not available: ${observed}`, hint };
  }
}
