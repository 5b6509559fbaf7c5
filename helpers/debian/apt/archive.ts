import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ActivityReport } from '../../process/activity.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { isRootless } from '../../process/rootless.ts';
import { runCommand } from '../../process/run-command.ts';
import { type Apt, cleanEnvironment, explainApt, prepareApt, runApt, type Sources } from './apt.ts';
import { chooseMirror, chooseSecurityMirror, readAptEntries, type Suite } from './apt-sources.ts';
import { downloadPackages } from './download.ts';
import { findProgram } from '../../process/files/find-program.ts';
import { hostRelease } from './host-release.ts';
import { aptCommandFor } from './install-advice.ts';
import { findKeyrings } from './keyrings.ts';
import { readVariable } from '../../process/environment.ts';

/** Returns the lines of apt's sources for `suite` and its security updates, with this host's mirror and keyrings. */
export async function aptSources(suite: Suite): Promise<Sources> {
  const mirror = await findMirror(suite);
  const options = (part: 'main' | 'security') =>
    `[signed-by=${findKeyrings(suite, part).join(',')} target=Packages]`;
  const main = `deb ${options('main')} ${mirror} ${suite} main`;
  // A testing release gets its security updates in the archive itself.
  if (suite === 'forky') return { main, security: undefined };
  const given = readVariable('E2E_DEBIAN_MIRROR');
  const uri = chooseSecurityMirror(given === undefined ? await readAptEntries() : [], mirror);
  if (uri === undefined) return { main, security: undefined };
  return { main, security: `deb ${options('security')} ${uri} ${suite}-security main` };
}

async function findMirror(suite: Suite): Promise<string> {
  const tried = `find a mirror of Debian ${suite}`;
  if (findProgram('apt-get') === undefined || findProgram('dpkg-deb') === undefined) {
    const release = await hostRelease();
    throw new HarnessError({
      code: 'platform-unsupported',
      tried,
      observed: `${release.name} has no apt`,
      hint: aptCommandFor(release),
    });
  }
  const given = readVariable('E2E_DEBIAN_MIRROR');
  if (given !== undefined) return given;
  const mirror = chooseMirror(await readAptEntries(), suite);
  if (mirror !== undefined) return mirror;
  throw new HarnessError({
    code: 'package-unavailable',
    tried,
    observed: 'no signed repository of Debian in /etc/apt/sources.list or sources.list.d',
    hint: 'set E2E_DEBIAN_MIRROR=http://…/debian to a mirror',
  });
}

export interface UnpackRequest {
  readonly suite: Suite;
  readonly packages: readonly string[];
  /** The root folder of the unpacked files: `<into>/usr/bin/…`. */
  readonly into: string;
  /**
   * Includes dependencies, but not recommended packages. For this host's own release, `true` means the dependencies
   * that are not installed; for another release, all of them, including the C library. `all` always means all.
   */
  readonly withDependencies?: boolean | 'all';
  /** Receives progress. */
  readonly report?: ActivityReport;
}

/**
 * Unpacks packages from Debian's archive without installing them: apt checks signatures, and maintainer scripts do not
 * run. Deletes the package files afterward. Returns their names, `NAME_VERSION_ARCHITECTURE.deb`.
 */
export async function unpackPackages(request: UnpackRequest): Promise<string[]> {
  const { suite, packages, into, withDependencies = false, report } = request;
  report?.progress(`reading the package lists of ${suite}`);
  const apt = await prepareApt(suite, await aptSources(suite));
  const downloads = join(into, '.packages');
  await mkdir(downloads, { recursive: true });
  const wanted =
    withDependencies === false
      ? packages
      : await listMissing(apt, packages, { isHere: withDependencies !== 'all' });
  await downloadPackages(apt, wanted, downloads, report);
  const files = (await readdir(downloads)).filter((name) => name.endsWith('.deb'));
  for (const [index, name] of files.entries()) {
    report?.progress(`unpacking package ${index + 1} of ${files.length}`);
    await unpack(join(downloads, name), into, `unpack ${name}`);
  }
  await rm(downloads, { recursive: true });
  return files;
}

/** Without root, all files belong to this user, not to their owners in the package. In the namespaces this user is root. */
const UNPACK_OWN = 'dpkg-deb --fsys-tarfile "$1" | tar --extract --no-same-owner --directory "$2"';

async function unpack(file: string, into: string, title: string): Promise<void> {
  const env = cleanEnvironment();
  await (isRootless()
    ? runCommand('sh', ['-euc', UNPACK_OWN, 'sh', file, into], { title, env })
    : runCommand('dpkg-deb', ['--extract', file, into], { title, env }));
}

/**
 * Returns `NAME=VERSION` of all packages that apt would install.
 *
 * @param isHere true if the packages are used on this host, next to its installed packages
 */
async function listMissing(
  apt: Apt,
  packages: readonly string[],
  { isHere }: { readonly isHere: boolean },
): Promise<string[]> {
  const own = isHere && (await hostRelease()).codename === apt.suite;
  const { stdout } = await runApt(apt, [
    ...(own ? ['-o', 'Dir::State::status=/var/lib/dpkg/status'] : []),
    '--simulate',
    '--no-install-recommends',
    'install',
    ...packages,
  ]).catch((error: unknown) => {
    throw explainApt(`find the dependencies of ${packages.join(', ')} in ${apt.suite}`, error);
  });
  const missing = [...stdout.matchAll(/^Inst (\S+) (?:\[[^\]]*\] )?\((\S+)/gm)];
  const names = new Set(missing.map(([, name]) => name));
  // Includes packages that dpkg lists as installed: they were requested because their programs were not found.
  const listed = packages.filter((name) => !names.has(name));
  return [...listed, ...missing.map(([, name, version]) => `${name}=${version}`)];
}
