import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { activity } from '../../process/activity.ts';
import { wholeEnvironment } from '../../process/environment.ts';
import type { ErrorCode } from '../../process/errors/error-codes.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { type CommandResult, runCommand } from '../../process/run-command.ts';
import type { Suite } from './apt-sources.ts';
import { withLock } from '../../process/files/file-lock.ts';
import { cacheFolder } from '../cache/cache.ts';
import { architecture, isForeign } from '../processor.ts';
import { findProgram, hostPath } from '../../process/files/find-program.ts';
import { outsideCommand } from '../../process/outside/outside-command.ts';
import { omitUndefined } from '../../process/omit-undefined.ts';

/** apt with separate folders: it knows one suite of one mirror, and no installed packages. */
export interface Apt {
  readonly suite: Suite;
  readonly folder: string;
}

/** Lines for apt's sources.list. */
export interface Sources {
  readonly main: string;
  /** The line for security updates; undefined if no mirror of them is known. */
  readonly security: string | undefined;
}

/** Creates apt's folders for `suite` in the cache, and updates its package lists at most once a day. */
export async function prepareApt(suite: Suite, { main, security }: Sources): Promise<Apt> {
  const source = security === undefined ? main : `${main}\n${security}`;
  const digest = createHash('sha256').update(source).digest('hex').slice(0, 8);
  const name = isForeign() ? `${suite}-${architecture()}-${digest}` : `${suite}-${digest}`;
  const apt = { suite, folder: join(cacheFolder(), 'apt', name) };
  await withLock(join(apt.folder, 'prepare.lock'), `package lists of ${suite}`, async () => {
    await mkdir(join(apt.folder, 'lists/partial'), { recursive: true });
    await mkdir(join(apt.folder, 'archives/partial'), { recursive: true });
    await writeIfChanged(join(apt.folder, 'sources.list'), `${source}\n`);
    await writeIfChanged(mainSources(apt), `${main}\n`);
    await writeIfChanged(
      join(apt.folder, 'apt.conf'),
      configuration(apt.folder, await wantedArchitecture()),
    );
    await writeIfChanged(join(apt.folder, 'status'), '');
    const age = await ageOfLists(apt);
    // If the clock was set back, lists from the future may have any age.
    if (age > DAY || age < 0) await updateLists(apt);
  });
  return apt;
}

async function wantedArchitecture(): Promise<string> {
  if (isForeign()) return architecture();
  const { stdout } = await runCommand('dpkg', ['--print-architecture'], {
    env: cleanEnvironment(),
  });
  return stdout.trim();
}

function mainSources(apt: Apt): string {
  return join(apt.folder, 'main.list');
}

/** Replaces a file atomically, because the apt of another run may be reading it. */
async function writeIfChanged(file: string, text: string): Promise<void> {
  if ((await readFile(file, 'utf8').catch(() => undefined)) === text) return;
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

/**
 * Returns configuration that apt reads after the host's, so that the host's proxy and credentials apply. It disables
 * the host's pins, other sources, foreign architectures, and the hooks that run after an update. apt keeps its
 * index of the lists, which the configuration of containers disables.
 */
function configuration(folder: string, wanted: string): string {
  return `
Dir::State::Lists "${folder}/lists";
Dir::State::status "${folder}/status";
Dir::State::extended_states "${folder}/extended_states";
Dir::Cache "${folder}";
Dir::Cache::archives "${folder}/archives";
Dir::Cache::pkgcache "${folder}/packages.bin";
Dir::Cache::srcpkgcache "";
Dir::Etc::SourceList "${folder}/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
#clear APT::Default-Release;
#clear APT::Architectures;
#clear APT::Update;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
#clear DPkg::Pre-Install-Pkgs;
APT::Architecture "${wanted}";
APT::Architectures { "${wanted}"; };
APT::Sandbox::User "root";
APT::Get::AllowUnauthenticated "false";
APT::Update::Error-Mode "any";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowWeakRepositories "false";
Acquire::AllowDowngradeToInsecureRepositories "false";
Acquire::Languages "none";
Acquire::Retries "1";
`;
}

/**
 * Returns apt's environment: that of this process, without the variables that change folders or the language of apt,
 * dpkg or perl.
 */
export function cleanEnvironment(): Record<string, string> {
  const leaks = /^(APT_|DPKG_|DEB_|DEBIAN_|DEBCONF_|LC_|LANG|PERL|LD_|TAR_OPTIONS$)/;
  const kept = Object.entries(wholeEnvironment()).filter(([name]) => !leaks.test(name));
  return {
    ...Object.fromEntries(kept),
    // The folders in which apt was found: the PATH of an unprivileged user lacks some of them.
    PATH: hostPath().join(':'),
    LC_ALL: 'C.UTF-8',
    DEBIAN_FRONTEND: 'noninteractive',
  };
}

/** Milliseconds: more than the largest download takes on a slow connection, or the apt-get of another run. */
export const APT_LIMIT = 30 * 60_000;

/**
 * Returns the command that runs apt-get on these folders. A lock allows one at a time. apt-get itself inherits the
 * lock, so that it still holds if apt-get outlives the run.
 */
export function aptCommand(apt: Apt, args: readonly string[]): [file: string, args: string[]] {
  const config = ['-c', join(apt.folder, 'apt.conf'), '-y'];
  const lock = ['--timeout', `${APT_LIMIT / 1000}`, join(apt.folder, 'apt.lock')];
  return outsideCommand('flock', [...lock, 'apt-get', ...config, ...args]);
}

/** Runs apt-get on these folders. */
export async function runApt(
  apt: Apt,
  args: readonly string[],
  cwd?: string,
): Promise<CommandResult> {
  const [file, words] = aptCommand(apt, args);
  return await runCommand(file, words, {
    title: `apt-get ${args.join(' ')} (${apt.suite})`,
    limit: APT_LIMIT,
    env: cleanEnvironment(),
    ...omitUndefined({ cwd }),
  });
}

const DAY = 24 * 3_600_000;

const stampOf = (apt: Apt) => join(apt.folder, 'lists/updated');

/** Returns the milliseconds since the lists were updated, according to a clock that may have been set since. */
async function ageOfLists(apt: Apt): Promise<number> {
  const written = await stat(stampOf(apt)).catch(() => undefined);
  return written === undefined ? Infinity : Date.now() - written.mtimeMs;
}

/**
 * Updates the lists. If apt cannot fetch or verify one, the error has one line. If the mirror has no security updates,
 * as for a release that Debian no longer supports, continues without them and publishes an activity that says so.
 */
export async function updateLists(apt: Apt): Promise<void> {
  await runApt(apt, ['update']).catch(async (error: unknown) => {
    const explained = explainApt(`read the package lists of Debian ${apt.suite}`, error);
    const { complaint } = readComplaints(error);
    if (!absent.test(complaint) || !complaint.includes(`${apt.suite}-security`)) throw explained;
    const title = `Debian ${apt.suite}: security updates unavailable: ${explained.observed}`;
    await activity('step', title, async () => {
      await runApt(apt, ['-o', `Dir::Etc::SourceList=${mainSources(apt)}`, 'update']).catch(() => {
        throw explained;
      });
    });
  });
  await writeFile(stampOf(apt), '');
}

/** apt's message if a mirror does not have a suite. */
const absent = /does not have a Release file|404\s+Not Found/;

const unsigned = /NO_PUBKEY|missing key|not signed|signature|signed-by|sqv|gpgv/i;

/** Returns apt's output, and the line in it that explains the failure. */
function readComplaints(error: unknown): { said: string; complaint: string } {
  const said = error instanceof HarnessError ? (error.evidence ?? error.observed) : String(error);
  const complaints = [...said.matchAll(/^[EW]: (.*)$/gm)].map(([, text = '']) => text.trim());
  const complaint =
    complaints.find((text) => unsigned.test(text)) ?? complaints[0] ?? said.split('\n').at(-1);
  return { said, complaint: complaint ?? 'apt-get failed' };
}

function codeOf(said: string): ErrorCode {
  if (/\b404\b/.test(said) || absent.test(said)) return 'package-unavailable';
  return unsigned.test(said) ? 'signature-unverified' : 'download-failed';
}

/** Returns the error for a failure of apt, with a hint. */
export function explainApt(tried: string, error: unknown): HarnessError {
  const gone = ['apt-get', 'dpkg', 'flock'].filter((name) => findProgram(name) === undefined);
  if (gone.length > 0) {
    return new HarnessError({
      code: 'package-missing',
      tried,
      observed: `${gone.join(' and ')} not found in ${hostPath().join(':')}`,
      hint: 'install apt, dpkg and util-linux, or add their folder to PATH',
      cause: error,
    });
  }
  const { said, complaint } = readComplaints(error);
  return new HarnessError({
    code: codeOf(said),
    tried,
    observed: complaint,
    hint: unsigned.test(said)
      ? 'update the keys: apt-get install debian-archive-keyring'
      : absent.test(complaint)
        ? 'set E2E_DEBIAN_MIRROR=http://…/debian to a mirror that still has the release, such as Debian’s archive of old releases'
        : 'check the network, apt’s proxy and the mirror in /etc/apt, or set E2E_DEBIAN_MIRROR=http://…/debian to another mirror',
    cause: error,
    evidence: said,
  });
}
