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
import { findProgram, hostPath } from '../../process/files/find-program.ts';
import { omitUndefined } from '../../process/omit-undefined.ts';

/** apt with folders of its own: it knows one suite of one mirror, and nothing that is installed. */
export interface Apt {
  readonly suite: Suite;
  readonly folder: string;
}

/** Lines of apt's sources.list. */
export interface Sources {
  readonly main: string;
  /** Of the security updates, where it is known who has them. */
  readonly security: string | undefined;
}

/** Makes apt's folders for `suite` in the cache, and brings its lists up to date at most once a day. */
export async function prepareApt(suite: Suite, { main, security }: Sources): Promise<Apt> {
  const source = security === undefined ? main : `${main}\n${security}`;
  const digest = createHash('sha256').update(source).digest('hex').slice(0, 8);
  const apt = { suite, folder: join(cacheFolder(), 'apt', `${suite}-${digest}`) };
  await withLock(join(apt.folder, 'prepare.lock'), `package lists of ${suite}`, async () => {
    await mkdir(join(apt.folder, 'lists/partial'), { recursive: true });
    await mkdir(join(apt.folder, 'archives/partial'), { recursive: true });
    const { stdout } = await runCommand('dpkg', ['--print-architecture'], {
      env: cleanEnvironment(),
    });
    await writeIfChanged(join(apt.folder, 'sources.list'), `${source}\n`);
    await writeIfChanged(mainSources(apt), `${main}\n`);
    await writeIfChanged(join(apt.folder, 'apt.conf'), configuration(apt.folder, stdout.trim()));
    await writeIfChanged(join(apt.folder, 'status'), '');
    const age = await ageOfLists(apt);
    // A clock that was set back makes lists of the future: they may be of any age.
    if (age > DAY || age < 0) await updateLists(apt);
  });
  return apt;
}

function mainSources(apt: Apt): string {
  return join(apt.folder, 'main.list');
}

/** Another run's apt may be reading the file: it sees the one or the other, never half of it. */
async function writeIfChanged(file: string, text: string): Promise<void> {
  if ((await readFile(file, 'utf8').catch(() => undefined)) === text) return;
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

/**
 * Read after the machine's own configuration, whose proxy and credentials stay in force. The machine's pins, its other
 * sources, its foreign architectures and the hooks that run after an update are left out.
 */
function configuration(folder: string, architecture: string): string {
  return `
Dir::State::Lists "${folder}/lists";
Dir::State::status "${folder}/status";
Dir::State::extended_states "${folder}/extended_states";
Dir::Cache "${folder}";
Dir::Cache::archives "${folder}/archives";
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
APT::Architecture "${architecture}";
APT::Architectures { "${architecture}"; };
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

/** apt's environment: this process's own, less what would turn apt, dpkg or perl to other folders and other words. */
export function cleanEnvironment(): Record<string, string> {
  const leaks = /^(APT_|DPKG_|DEB_|DEBIAN_|DEBCONF_|LC_|LANG|PERL|LD_|TAR_OPTIONS$)/;
  const kept = Object.entries(wholeEnvironment()).filter(([name]) => !leaks.test(name));
  return {
    ...Object.fromEntries(kept),
    // Where apt was looked for: an ordinary user's PATH leaves folders out.
    PATH: hostPath().join(':'),
    LC_ALL: 'C.UTF-8',
    DEBIAN_FRONTEND: 'noninteractive',
  };
}

/**
 * The command line that runs apt-get on these folders, one at a time. apt-get itself inherits the lock, so that it
 * also counts when it outlives the run that began it.
 */
export function aptCommand(apt: Apt, args: readonly string[]): [file: string, args: string[]] {
  const config = ['-c', join(apt.folder, 'apt.conf'), '-y'];
  return ['flock', [join(apt.folder, 'apt.lock'), 'apt-get', ...config, ...args]];
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
    env: cleanEnvironment(),
    ...omitUndefined({ cwd }),
  });
}

const DAY = 24 * 3_600_000;

const stampOf = (apt: Apt) => join(apt.folder, 'lists/updated');

/** Milliseconds since the lists were brought up to date, by a clock that may have been set meanwhile. */
async function ageOfLists(apt: Apt): Promise<number> {
  const written = await stat(stampOf(apt)).catch(() => undefined);
  return written === undefined ? Infinity : Date.now() - written.mtimeMs;
}

/**
 * Brings the lists up to date; what apt could not fetch or verify is an error of one line. A mirror without the security
 * updates, of a release that Debian no longer supports, say, is used without them: an activity says so.
 */
export async function updateLists(apt: Apt): Promise<void> {
  await runApt(apt, ['update']).catch(async (error: unknown) => {
    const explained = explainApt(`read the package lists of Debian ${apt.suite}`, error);
    const { complaint } = readComplaints(error);
    if (!absent.test(complaint) || !complaint.includes(`${apt.suite}-security`)) throw explained;
    const title = `Debian ${apt.suite} without its security updates: ${explained.observed}`;
    await activity('step', title, async () => {
      await runApt(apt, ['-o', `Dir::Etc::SourceList=${mainSources(apt)}`, 'update']).catch(() => {
        throw explained;
      });
    });
  });
  await writeFile(stampOf(apt), '');
}

/** How apt says that a mirror has no such suite. */
const absent = /does not have a Release file|404\s+Not Found/;

const unsigned = /NO_PUBKEY|missing key|not signed|signature|signed-by|sqv|gpgv/i;

/** Returns apt's output, and the complaint in it that explains the failure. */
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

/** What apt complained of, and what can be done about it. */
export function explainApt(tried: string, error: unknown): HarnessError {
  const gone = ['apt-get', 'dpkg', 'flock'].filter((name) => findProgram(name) === undefined);
  if (gone.length > 0) {
    return new HarnessError({
      code: 'package-missing',
      tried,
      observed: `${gone.join(' and ')} not found in ${hostPath().join(':')}`,
      remedy: 'install apt, dpkg and util-linux, or bring their folder back into PATH',
      cause: error,
    });
  }
  const { said, complaint } = readComplaints(error);
  return new HarnessError({
    code: codeOf(said),
    tried,
    observed: complaint,
    remedy: unsigned.test(said)
      ? 'bring the keys up to date: apt-get install debian-archive-keyring'
      : absent.test(complaint)
        ? 'this mirror has it no longer; name one that does, such as Debian’s archive of old releases: E2E_DEBIAN_MIRROR=http://…/debian'
        : 'look at the network, at apt’s proxy and at the mirror in /etc/apt, or name another: E2E_DEBIAN_MIRROR=http://…/debian',
    cause: error,
    evidence: said,
  });
}
