import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { InputError } from '../../process/errors/input-error.ts';
import { runCommand } from '../../process/run-command.ts';
import { suggestName } from '../../process/text/suggest-name.ts';
import type { Suite } from '../apt/apt-sources.ts';
import { unpackPackages } from '../apt/archive.ts';
import { cached, cacheFolder } from '../cache/cache.ts';
import { findProgram, SYSTEM_PATH } from '../../process/files/find-program.ts';
import { linkLibraries, missingLibraries } from '../apt/libraries.ts';
import { prepareTools, type Tools } from '../tools.ts';
import { omitUndefined } from '../../process/omit-undefined.ts';

/** One version of dockerd, containerd, runc and the docker client, in its own folder. */
export interface EngineBundle {
  /** The version that `dockerd --version` prints, without the suffix of a distribution: `20.10.5`. */
  readonly version: string;
  readonly folder: string;
  /** The environment, with PATH, for dockerd and all programs that it starts in a machine. */
  readonly env: Readonly<Record<string, string>>;
}

/** The key-value stores through which engines can find each other. Swarm mode is not one of them. */
export const backends = ['consul', 'etcd', 'zookeeper'] as const;
export type Backend = (typeof backends)[number];

interface Release {
  readonly suite: Suite;
  /** True if the suite still moves to newer versions. The engine then has the name of the suite. */
  readonly moves: boolean;
  readonly packages: readonly string[];
  /** The key-value stores that {@link askAbilities} finds in its dockerd, known before the download. */
  readonly backends: readonly Backend[];
}

/** The engines in Debian's archive, and the libraries of the engine that a machine may lack. */
const RELEASES: Readonly<Record<string, Release>> = {
  '20.10.5': release('bullseye', backends),
  '20.10.24': release('bookworm', ['etcd', 'zookeeper']),
  '26.1.5': release('trixie', [], 'docker-cli'),
  // Debian's next release, whose version changes until it is released.
  forky: { ...release('forky', [], 'docker-cli', 'libcap2', 'libsystemd0'), moves: true },
};

function release(suite: Suite, known: readonly Backend[], ...more: string[]): Release {
  const engine = ['docker.io', 'containerd', 'runc', 'tini', ...more];
  const packages = [...engine, 'libdevmapper1.02.1', 'libseccomp2'];
  return { suite, moves: false, packages, backends: known };
}

/** The engines that {@link prepareEngineBundle} can unpack: versions, and the suite whose version still changes. */
export const ENGINE_VERSIONS: readonly string[] = Object.keys(RELEASES);

/** The latest version that supports all three key-value stores. */
export const DEFAULT_ENGINE = '20.10.5';

/** The programs that a machine's engine needs, in addition to iptables. */
const PROGRAMS =
  'dockerd docker containerd containerd-shim-runc-v2 runc docker-init docker-proxy'.split(' ');

/**
 * Returns the engine of this version, which it unpacks into the cache if necessary.
 *
 * An engine that is named by its suite keeps the version that the suite had at that time.
 *
 * @param version one of {@link ENGINE_VERSIONS}; `system` for the host's dockerd; or the absolute path of a folder with
 * dockerd and the programs that it needs
 */
export async function prepareEngineBundle(version = DEFAULT_ENGINE): Promise<EngineBundle> {
  if (version === 'system') return await useSystem();
  if (isAbsolute(version)) return await useFolder(version);
  const found = RELEASES[version];
  if (found === undefined) {
    throw new InputError({
      code: 'name-unknown',
      observed: `unknown engine version "${version}"`,
      hint: suggestName(
        version,
        [...ENGINE_VERSIONS, 'system', 'the absolute path of a folder with dockerd'],
        'versions',
      ),
    });
  }
  const tools = await prepareTools();
  const folder = await cached(keyOf(version), `engine ${version}`, async (into, report) => {
    await unpackPackages({ ...found, into, report });
    await linkLibraries(into);
    const inside = await readVersion(into);
    await requireRuntime(into);
    if (!found.moves) expectVersion(inside, version);
  });
  const env = environmentOf(folder, tools);
  return { version: found.moves ? await readVersion(folder) : version, folder, env };
}

/** Returns true if the engine is in the cache. */
export function isBundleCached(version: string): boolean {
  return existsSync(join(cacheFolder(), keyOf(version)));
}

/** Returns true if an engine is named by its suite, because its version still changes. */
export function changesVersion(version: string): boolean {
  return RELEASES[version]?.moves === true;
}

/** Returns the Debian release that contains a version; undefined for a bundle from elsewhere. */
export function suiteOfBundle(version: string): Suite | undefined {
  return RELEASES[version]?.suite;
}

/** Returns the key-value stores that a version supports; undefined for a bundle from elsewhere. */
export function backendsOfBundle(version: string): readonly Backend[] | undefined {
  return RELEASES[version]?.backends;
}

function keyOf(version: string): string {
  return `engines/${version}-${process.arch}-3`;
}

async function useSystem(): Promise<EngineBundle> {
  const dockerd = findProgram('dockerd');
  if (dockerd === undefined) {
    throw new HarnessError({
      code: 'package-missing',
      tried: 'engine bundle system',
      observed: 'dockerd not found in PATH',
      hint: `install Docker, or choose one of ${ENGINE_VERSIONS.join(', ')}`,
    });
  }
  return await useFolder(dirname(dockerd));
}

async function useFolder(folder: string): Promise<EngineBundle> {
  const env = environmentOf(folder, await prepareTools());
  const dockerd = findProgram('dockerd', placesIn(folder));
  const missing = PROGRAMS.filter((name) => findProgram(name, env.PATH.split(':')) === undefined);
  if (dockerd === undefined || missing.length > 0) {
    throw new InputError({
      code: 'engine-unsuitable',
      subject: `engine bundle ${folder}`,
      observed: `${(dockerd === undefined ? ['dockerd'] : missing).join(', ')} not found`,
      hint: 'put all programs into the same folder, as in Docker’s static archive',
    });
  }
  return { version: await askVersion(dockerd, env), folder, env };
}

/** Returns the folders with programs. Docker's static archive has one folder, packages have the usual ones. */
function placesIn(folder: string): string[] {
  const places = ['usr/sbin', 'usr/bin', 'bin'].map((name) => join(folder, name));
  const there = places.filter((place) => existsSync(place));
  return there.length === 0 ? [folder] : there;
}

function environmentOf(folder: string, tools: Tools): { PATH: string } & Record<string, string> {
  const { LD_LIBRARY_PATH: inherited, XTABLES_LIBDIR: extensions } = tools.env;
  const libraries = [...missingLibraries(folder), ...(inherited === undefined ? [] : [inherited])];
  return {
    PATH: [...placesIn(folder), ...SYSTEM_PATH, ...tools.paths].join(':'),
    ...(libraries.length === 0 ? {} : { LD_LIBRARY_PATH: libraries.join(':') }),
    ...omitUndefined({ XTABLES_LIBDIR: extensions }),
  };
}

/** Runs the engine's program, which also checks that it works on this host. */
async function readVersion(root: string): Promise<string> {
  return await askVersion(join(root, 'usr/sbin/dockerd'), bareEnvironment(root));
}

/** Runs the program that starts containers: it may need a newer C library than the engine. */
export async function requireRuntime(root: string): Promise<void> {
  const runc = findProgram('runc', placesIn(root)) ?? 'runc';
  const env = bareEnvironment(root);
  const { exitCode, stderr } = await runCommand(runc, ['--version'], { env, expect: 'any' });
  if (exitCode === 0) return;
  throw new HarnessError({
    code: 'engine-unsuitable',
    tried: `${runc} --version`,
    observed: stderr.trim().split('\n', 1)[0] || `exit code ${exitCode}`,
    hint: UNSUITED,
  });
}

function bareEnvironment(root: string): Record<string, string> {
  return { PATH: SYSTEM_PATH.join(':'), LD_LIBRARY_PATH: missingLibraries(root).join(':') };
}

function expectVersion(found: string, version: string): void {
  if (found === version) return;
  throw new HarnessError({
    code: 'package-unavailable',
    tried: `engine ${version}`,
    observed: `the mirror has ${found}`,
    hint: `choose another of ${ENGINE_VERSIONS.join(', ')}, or give the path of a folder with dockerd`,
  });
}

const UNSUITED =
  'choose another version: this host cannot run this one, because of an older C library or another processor';

async function askVersion(dockerd: string, env: Record<string, string>): Promise<string> {
  const { stdout } = await runCommand(dockerd, ['--version'], {
    env,
    hint: UNSUITED,
  });
  return /version v?(\d+(?:\.\d+)+)/.exec(stdout)?.[1] ?? stdout.trim();
}
