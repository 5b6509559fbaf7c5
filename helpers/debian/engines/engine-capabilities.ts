import { readFile } from 'node:fs/promises';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { runCommand } from '../../process/run-command.ts';
import {
  type Backend,
  backends,
  backendsOfBundle,
  type EngineBundle,
  prepareEngineBundle,
} from './engine-bundle.ts';
import { findProgram } from '../../process/files/find-program.ts';

/** What an engine can be told about other engines. */
export interface EngineAbilities {
  /** As `dockerd --version` says it, without a distribution's suffix: `20.10.5`. */
  readonly version: string;
  /** Whether it takes `--cluster-store`, which engines have from 1.9 to 20.10. */
  readonly clusterStore: boolean;
  /** The key-value stores that it can speak to then: a matter of how it was built. */
  readonly backends: readonly Backend[];
}

/**
 * What the engine of a bundle can do. Of the archive's versions it is known, and nothing is downloaded to tell; any
 * other dockerd is asked.
 *
 * @param bundle as {@link prepareEngineBundle} takes it
 */
export async function engineAbilities(bundle: string): Promise<EngineAbilities> {
  const known = backendsOfBundle(bundle);
  if (known === undefined) return await askAbilities(await prepareEngineBundle(bundle));
  return { version: bundle, clusterStore: known.length > 0, backends: known };
}

/** Asks the dockerd of a bundle, without starting an engine. */
export async function askAbilities({ version, env }: EngineBundle): Promise<EngineAbilities> {
  const dockerd = findProgram('dockerd', env['PATH']?.split(':'));
  if (dockerd === undefined)
    throw new HarnessError({ code: 'package-missing', tried: 'dockerd', observed: 'not found' });
  // Its help no longer tells of the option where it is deprecated; its parser knows.
  const { exitCode, stderr } = await runCommand(
    dockerd,
    ['--cluster-store=consul://127.0.0.1:8500', '--version'],
    { env, limit: 60_000, expect: 'any' },
  );
  if (/unknown flag/.test(stderr)) return { version, clusterStore: false, backends: [] };
  if (exitCode !== 0)
    throw new HarnessError({ code: 'command-failed', tried: dockerd, observed: stderr.trim() });
  // Go keeps the names of all functions that were linked, also in a program that was stripped.
  const program = await readFile(dockerd);
  const linked = backends.filter((name) => program.includes(`libkv/store/${name}.(*`));
  return { version, clusterStore: true, backends: linked };
}
