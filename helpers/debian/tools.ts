import { existsSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { HarnessError } from '../process/errors/harness-error.ts';
import { unpackPackages } from './apt/archive.ts';
import { RELEASES, type Suite } from './apt/apt-sources.ts';
import { cached } from './cache/cache.ts';
import { findProgram, hostPath } from '../process/files/find-program.ts';
import { hostRelease } from './apt/host-release.ts';
import { installCommand } from './apt/install-advice.ts';
import { libraryFolders, linkLibraries, missingLibraries } from './apt/libraries.ts';
import { omitUndefined } from '../process/omit-undefined.ts';
import { wholeEnvironment } from '../process/environment.ts';

/** The programs that the harness runs on this host. */
export interface Tools {
  /**
   * The environment of these programs: that of this process, with PATH and the variables that unpacked programs need.
   */
  readonly env: Readonly<Record<string, string>>;
  /** Folders of unpacked programs, for PATH; empty if the host has all programs. */
  readonly paths: readonly string[];
}

/** The Debian packages of the programs. */
const PACKAGES: Readonly<Record<string, string>> = {
  ip: 'iproute2',
  bridge: 'iproute2',
  ss: 'iproute2',
  tc: 'iproute2',
  nsenter: 'util-linux',
  unshare: 'util-linux',
  taskset: 'util-linux',
  mount: 'mount',
  iptables: 'iptables',
  ip6tables: 'iptables',
  ping: 'iputils-ping',
};

/**
 * Provides `ip`, `bridge`, `ss`, `tc`, `nsenter`, `unshare`, `taskset`, `mount`, `iptables` and `ping` without installing
 * anything: programs that the host lacks are unpacked into the cache, from packages of the same release.
 */
export async function prepareTools(): Promise<Tools> {
  const missing = Object.keys(PACKAGES).filter((program) => findProgram(program) === undefined);
  const packages = [...new Set(missing.map((program) => PACKAGES[program] ?? program))].sort(
    (a, b) => (a < b ? -1 : 1),
  );
  return packages.length === 0
    ? { env: environment(hostPath()), paths: [] }
    : await unpackTools(packages);
}

/** Provides a program that is rarely needed: the host's own, or one unpacked from a package of its release. */
export async function prepareTool(
  program: string,
  fromPackage: string,
): Promise<{ file: string; env: Readonly<Record<string, string>> }> {
  const own = findProgram(program);
  if (own !== undefined) return { file: own, env: environment(hostPath()) };
  const { env, paths } = await unpackTools([fromPackage]);
  const file = findProgram(program, paths);
  if (file !== undefined) return { file, env };
  throw new HarnessError({
    code: 'package-missing',
    tried: `find ${program}`,
    observed: `not found in package ${fromPackage}`,
  });
}

async function unpackTools(packages: readonly string[]): Promise<Tools> {
  const suite = await hostSuite(packages);
  const key = `tools/${suite}-${process.arch}-3/${packages.join('+')}`;
  const root = await cached(key, `tools ${packages.join(', ')}`, async (into, report) => {
    await unpackPackages({ suite, packages, into, withDependencies: true, report });
    await linkIptables(into);
    await linkLibraries(into);
    requirePrograms(into, packages);
  });
  const paths = pathsIn(root);
  return { env: { ...environment([...hostPath(), ...paths]), ...variablesOf(root) }, paths };
}

/** Throws if an unpacked root lacks a program that it was unpacked for. */
function requirePrograms(root: string, packages: readonly string[]): void {
  const wanted = Object.keys(PACKAGES).filter((one) => packages.includes(PACKAGES[one] ?? ''));
  const missing = wanted.filter((one) => findProgram(one, pathsIn(root)) === undefined);
  if (missing.length === 0) return;
  throw new HarnessError({
    code: 'package-missing',
    tried: `unpack ${packages.join(', ')}`,
    observed: `${missing.join(', ')} not found in it`,
    hint: 'install the package on this host, and run the command again',
  });
}

function pathsIn(root: string): string[] {
  return ['bin', 'usr/sbin', 'usr/bin', 'sbin'].map((name) => join(root, name));
}

function environment(path: readonly string[]): Record<string, string> {
  return { ...wholeEnvironment(), PATH: path.join(':') };
}

/** Returns further environment variables that the unpacked programs need. */
function variablesOf(root: string): Record<string, string> {
  const libraries = missingLibraries(root);
  const own = libraryFolders(root);
  const extensions = own.map((folder) => join(root, folder, 'xtables')).find(existsSync);
  return {
    ...(libraries.length > 0 ? { LD_LIBRARY_PATH: libraries.join(':') } : {}),
    ...omitUndefined({ XTABLES_LIBDIR: extensions }),
  };
}

/** Links iptables as the package's own script would have done with update-alternatives. */
async function linkIptables(root: string): Promise<void> {
  if (!existsSync(join(root, 'usr/sbin/xtables-nft-multi'))) return;
  await mkdir(join(root, 'bin'), { recursive: true });
  const programs = ['iptables', 'ip6tables'].flatMap((name) =>
    ['', '-save', '-restore'].map((suffix) => `${name}${suffix}`),
  );
  await Promise.all(
    programs.map((name) => symlink('../usr/sbin/xtables-nft-multi', join(root, 'bin', name))),
  );
}

async function hostSuite(packages: readonly string[]): Promise<Suite> {
  const release = await hostRelease();
  const suite = RELEASES.find((one) => one === release.codename);
  if (suite !== undefined) return suite;
  throw new HarnessError({
    code: 'platform-unsupported',
    tried: `unpack ${packages.join(', ')}`,
    observed: `unsupported distribution ${release.name}; supported: Debian ${RELEASES.join(', ')}`,
    hint: installCommand(release, packages),
  });
}
