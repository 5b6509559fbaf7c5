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

/** One version of dockerd, containerd, runc and the docker client in a folder of its own. */
export interface EngineBundle {
  /** As `dockerd --version` says it, without a distribution's suffix: `20.10.5`. */
  readonly version: string;
  readonly folder: string;
  /** PATH, and what else is needed, for dockerd and all that it starts inside of a machine. */
  readonly env: Readonly<Record<string, string>>;
}

/** What an engine can find other engines through, beside its own swarm mode. */
export const backends = ['consul', 'etcd', 'zookeeper'] as const;
export type Backend = (typeof backends)[number];

interface Release {
  readonly suite: Suite;
  readonly packages: readonly string[];
  /** What {@link askAbilities} finds in its dockerd: known before it is there. */
  readonly backends: readonly Backend[];
}

/** The versions that Debian's archive has, and what the engine links that a machine may lack. */
const RELEASES: Readonly<Record<string, Release>> = {
  '20.10.5': release('bullseye', backends),
  '20.10.24': release('bookworm', ['etcd', 'zookeeper']),
  '26.1.5': release('trixie', [], 'docker-cli'),
};

function release(suite: Suite, known: readonly Backend[], ...more: string[]): Release {
  const engine = ['docker.io', 'containerd', 'runc', 'tini', ...more];
  const packages = [...engine, 'libdevmapper1.02.1', 'libseccomp2'];
  return { suite, packages, backends: known };
}

/** The versions that {@link prepareEngineBundle} can unpack. */
export const ENGINE_VERSIONS: readonly string[] = Object.keys(RELEASES);

/** The newest that has all three key-value stores. */
export const DEFAULT_ENGINE = '20.10.5';

/** All that a machine's engine needs, beside iptables. */
const PROGRAMS =
  'dockerd docker containerd containerd-shim-runc-v2 runc docker-init docker-proxy'.split(' ');

/**
 * The engine of this version, unpacked into the cache when it is not there yet.
 *
 * @param version one of {@link ENGINE_VERSIONS}; `system` for the machine's own dockerd; or the absolute path of a
 *   folder with a dockerd and what belongs to it
 */
export async function prepareEngineBundle(version = DEFAULT_ENGINE): Promise<EngineBundle> {
  if (version === 'system') return await useSystem();
  if (isAbsolute(version)) return await useFolder(version);
  const found = RELEASES[version];
  if (found === undefined) {
    throw new InputError({
      code: 'name-unknown',
      observed: `unknown engine version "${version}"`,
      remedy: suggestName(
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
    await expectVersion(into, version);
  });
  return { version, folder, env: environmentOf(folder, tools) };
}

/** Whether that version was unpacked into the cache before. */
export function isBundleCached(version: string): boolean {
  return existsSync(join(cacheFolder(), keyOf(version)));
}

/** Which release of Debian has that version; undefined for a bundle that comes from elsewhere. */
export function suiteOfBundle(version: string): Suite | undefined {
  return RELEASES[version]?.suite;
}

/** Through what that version finds other engines; undefined for a bundle that comes from elsewhere. */
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
      observed: 'no dockerd in PATH',
      remedy: `install Docker, or take one of ${ENGINE_VERSIONS.join(', ')}`,
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
      observed: `it lacks ${(dockerd === undefined ? ['dockerd'] : missing).join(', ')}`,
      remedy: 'put it beside the others, as in Docker’s own static archive',
    });
  }
  return { version: await askVersion(dockerd, env), folder, env };
}

/** Docker's static archive has its programs beside each other, packages have them in the usual folders. */
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

/** Proves that the engine runs here before the bundle appears in the cache. */
async function expectVersion(root: string, version: string): Promise<void> {
  const libraries = missingLibraries(root).join(':');
  const env = { PATH: SYSTEM_PATH.join(':'), LD_LIBRARY_PATH: libraries };
  const found = await askVersion(join(root, 'usr/sbin/dockerd'), env);
  if (found === version) return;
  throw new HarnessError({
    code: 'package-unavailable',
    tried: `engine ${version}`,
    observed: `the mirror has ${found}`,
    remedy: `take another of ${ENGINE_VERSIONS.join(', ')}, or the path of a folder with dockerd`,
  });
}

async function askVersion(dockerd: string, env: Record<string, string>): Promise<string> {
  const { stdout } = await runCommand(dockerd, ['--version'], {
    env,
    remedy:
      'this machine cannot run that engine (an older C library, another processor): take another version',
  });
  return /version v?(\d+(?:\.\d+)+)/.exec(stdout)?.[1] ?? stdout.trim();
}
