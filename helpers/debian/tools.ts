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

/** The programs that the harness runs on this machine. */
export interface Tools {
  /** An environment in which they run: this process's own, with PATH and what unpacked ones need besides. */
  readonly env: Readonly<Record<string, string>>;
  /** Folders of unpacked programs, for a PATH of one's own; empty where the machine has them all. */
  readonly paths: readonly string[];
}

/** Which package of Debian's has the program. */
const PACKAGES: Readonly<Record<string, string>> = {
  ip: 'iproute2',
  bridge: 'iproute2',
  ss: 'iproute2',
  tc: 'iproute2',
  nsenter: 'util-linux',
  unshare: 'util-linux',
  mount: 'mount',
  iptables: 'iptables',
  ip6tables: 'iptables',
  ping: 'iputils-ping',
};

/**
 * Makes sure that `ip`, `bridge`, `ss`, `tc`, `nsenter`, `unshare`, `mount`, `iptables` and `ping` can run, without
 * installing anything: those that this machine lacks are unpacked into the cache, out of its own release.
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

/** A program that few need, and only then: the machine's own, or else unpacked out of its own release. */
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
    observed: `not in package ${fromPackage}`,
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

/** Refuses what was unpacked without the programs that it was unpacked for. */
function requirePrograms(root: string, packages: readonly string[]): void {
  const wanted = Object.keys(PACKAGES).filter((one) => packages.includes(PACKAGES[one] ?? ''));
  const missing = wanted.filter((one) => findProgram(one, pathsIn(root)) === undefined);
  if (missing.length === 0) return;
  throw new HarnessError({
    code: 'package-missing',
    tried: `unpack ${packages.join(', ')}`,
    observed: `${missing.join(', ')} not found in it`,
    remedy: 'install the package on this machine, and run this again',
  });
}

function pathsIn(root: string): string[] {
  return ['bin', 'usr/sbin', 'usr/bin', 'sbin'].map((name) => join(root, name));
}

function environment(path: readonly string[]): Record<string, string> {
  return { ...wholeEnvironment(), PATH: path.join(':') };
}

/** What else the unpacked programs look at. */
function variablesOf(root: string): Record<string, string> {
  const libraries = missingLibraries(root);
  const own = libraryFolders(root);
  const extensions = own.map((folder) => join(root, folder, 'xtables')).find(existsSync);
  return {
    ...(libraries.length > 0 ? { LD_LIBRARY_PATH: libraries.join(':') } : {}),
    ...omitUndefined({ XTABLES_LIBDIR: extensions }),
  };
}

/** What the package's own script would have asked update-alternatives for. */
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
    observed: `this is ${release.name}, not Debian ${RELEASES.join(', ')}`,
    remedy: installCommand(release, packages),
  });
}
