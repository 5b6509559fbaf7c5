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

/** The ways in which an engine can find other engines. */
export interface EngineAbilities {
  /**
   * The version that `dockerd --version` prints, without the suffix of a distribution: `20.10.5`. Before the download,
   * the name of a suite whose version changes: `forky`.
   */
  readonly version: string;
  /** True if the engine has the option `--cluster-store`, as engines from 1.9 to 20.10 do. */
  readonly clusterStore: boolean;
  /** The key-value stores that the engine was built with. */
  readonly backends: readonly Backend[];
}

/**
 * Returns the abilities of a bundle's engine. They are known for the versions of Debian's archive, without a download;
 * any other dockerd is run.
 *
 * @param bundle a value that {@link prepareEngineBundle} accepts
 */
export async function engineAbilities(bundle: string): Promise<EngineAbilities> {
  const known = backendsOfBundle(bundle);
  if (known === undefined) return await askAbilities(await prepareEngineBundle(bundle));
  return { version: bundle, clusterStore: known.length > 0, backends: known };
}

/** Runs the dockerd of a bundle to find its abilities, without starting an engine. */
export async function askAbilities({ version, env }: EngineBundle): Promise<EngineAbilities> {
  const dockerd = findProgram('dockerd', env['PATH']?.split(':'));
  if (dockerd === undefined)
    throw new HarnessError({ code: 'package-missing', tried: 'dockerd', observed: 'not found' });
  // Releases that deprecate the option omit it from their help, but still parse it.
  const { exitCode, stderr } = await runCommand(
    dockerd,
    ['--cluster-store=consul://127.0.0.1:8500', '--version'],
    { env, limit: 60_000, expect: 'any' },
  );
  if (/unknown flag/.test(stderr)) return { version, clusterStore: false, backends: [] };
  if (exitCode !== 0)
    throw new HarnessError({ code: 'command-failed', tried: dockerd, observed: stderr.trim() });
  // A Go program keeps the names of all linked functions, even if it was stripped.
  const program = await readFile(dockerd);
  const linked = backends.filter((name) => program.includes(`libkv/store/${name}.(*`));
  return { version, clusterStore: true, backends: linked };
}
