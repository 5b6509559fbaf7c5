import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { HarnessError } from '../process/harness-error.ts';
import { runCommand } from '../process/run-command.ts';
import type { Suite } from './apt-sources.ts';
import { unpackPackages } from './archive.ts';
import { cached } from './cache.ts';
import { LIBRARIES, linkMissingLibraries } from './libraries.ts';
import { findProgram, prepareTools } from './tools.ts';

/** One version of dockerd, containerd, runc and the docker client in a folder of its own. */
export interface EngineBundle {
  /** As `dockerd --version` says it, without a distribution's suffix: `20.10.5`. */
  readonly version: string;
  readonly folder: string;
  /** PATH, and what else is needed, for dockerd and all that it starts inside of a machine. */
  readonly env: Readonly<Record<string, string>>;
}

interface Release {
  readonly suite: Suite;
  readonly packages: readonly string[];
}

/** The versions that Debian's archive has, and what the engine links that a machine may lack. */
const RELEASES: Readonly<Record<string, Release>> = {
  '20.10.5': release('bullseye'),
  '20.10.24': release('bookworm'),
  '26.1.5': release('trixie', 'docker-cli'),
};

function release(suite: Suite, ...more: string[]): Release {
  const engine = ['docker.io', 'containerd', 'runc', 'tini', ...more];
  return { suite, packages: [...engine, 'libdevmapper1.02.1', 'libseccomp2', 'libsystemd0'] };
}

/** The versions that {@link prepareEngineBundle} can unpack. */
export const ENGINE_VERSIONS: readonly string[] = Object.keys(RELEASES);

/** All that a machine's engine needs, beside iptables. */
const PROGRAMS =
  'dockerd docker containerd containerd-shim-runc-v2 runc docker-init docker-proxy'.split(' ');

const SYSTEM_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/**
 * The engine of this version, unpacked into the cache when it is not there yet.
 *
 * @param version one of {@link ENGINE_VERSIONS}; `system` for the machine's own dockerd; or the absolute path of a
 *   folder with a dockerd and what belongs to it
 */
export async function prepareEngineBundle(version = '20.10.5'): Promise<EngineBundle> {
  if (version === 'system') return await useSystem();
  if (isAbsolute(version)) return await useFolder(version);
  const found = RELEASES[version];
  if (found === undefined) {
    throw new HarnessError({
      tried: `engine bundle ${version}`,
      observed: 'no such version',
      remedy: `there are ${ENGINE_VERSIONS.join(', ')}, «system» for this machine’s own, and the absolute path of a folder with dockerd`,
    });
  }
  const key = `engines/${version}-${process.arch}`;
  const tools = await prepareTools();
  const folder = await cached(key, `engine ${version}`, async (into, report) => {
    await unpackPackages({ ...found, into, report });
    await linkMissingLibraries(into);
    await expectVersion(into, version);
  });
  const own = ['usr/sbin', 'usr/bin'].map((name) => join(folder, name));
  const libraries = [join(folder, LIBRARIES), tools.env['LD_LIBRARY_PATH'] ?? ''];
  return {
    version,
    folder,
    env: {
      PATH: [...own, ...SYSTEM_PATH, ...tools.paths].join(':'),
      LD_LIBRARY_PATH: libraries.filter((one) => one !== '').join(':'),
      ...xtables(tools.env),
    },
  };
}

function xtables(env: Readonly<Record<string, string>>): Record<string, string> {
  const folder = env['XTABLES_LIBDIR'];
  return folder === undefined ? {} : { XTABLES_LIBDIR: folder };
}

async function useSystem(): Promise<EngineBundle> {
  const dockerd = findProgram('dockerd');
  if (dockerd === undefined) {
    throw new HarnessError({
      tried: 'engine bundle system',
      observed: 'no dockerd in PATH',
      remedy: `install Docker, or take one of ${ENGINE_VERSIONS.join(', ')}`,
    });
  }
  const tools = await prepareTools();
  const path = (tools.env['PATH'] ?? '').split(':');
  return await describe(join(dockerd, '..'), path, tools.env);
}

async function useFolder(folder: string): Promise<EngineBundle> {
  const places = ['', 'bin', 'usr/sbin', 'usr/bin'].map((name) => join(folder, name));
  const own = places.filter((place) => existsSync(place));
  const tools = await prepareTools();
  return await describe(folder, [...own, ...SYSTEM_PATH, ...tools.paths], tools.env);
}

async function describe(
  folder: string,
  path: readonly string[],
  tools: Readonly<Record<string, string>>,
): Promise<EngineBundle> {
  const missing = PROGRAMS.filter((name) => !path.some((place) => existsSync(join(place, name))));
  if (missing.length > 0) {
    throw new HarnessError({
      tried: `engine bundle ${folder}`,
      observed: `it lacks ${missing.join(', ')}`,
      remedy: 'put them beside dockerd, as Docker’s static archive has them',
    });
  }
  const env = {
    PATH: path.join(':'),
    ...(tools['LD_LIBRARY_PATH'] === undefined
      ? {}
      : { LD_LIBRARY_PATH: tools['LD_LIBRARY_PATH'] }),
    ...xtables(tools),
  };
  return { version: await askVersion('dockerd', env), folder, env };
}

async function expectVersion(root: string, version: string): Promise<void> {
  const env = { PATH: '/usr/bin:/bin', LD_LIBRARY_PATH: join(root, LIBRARIES) };
  const found = await askVersion(join(root, 'usr/sbin/dockerd'), env);
  if (found === version) return;
  throw new HarnessError({
    tried: `engine ${version}`,
    observed: `the archive has ${found}`,
    remedy: `take another of ${ENGINE_VERSIONS.join(', ')}`,
  });
}

async function askVersion(dockerd: string, env: Record<string, string>): Promise<string> {
  const { stdout } = await runCommand(dockerd, ['--version'], { env });
  return /version v?(\d+(?:\.\d+)+)/.exec(stdout)?.[1] ?? stdout.trim();
}
