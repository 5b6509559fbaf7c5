import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HarnessError } from '../process/harness-error.ts';
import { type CommandResult, runCommand } from '../process/run-command.ts';
import type { Suite } from './apt-sources.ts';
import { withLock } from './cache-lock.ts';
import { cacheFolder } from './cache.ts';

/** apt with folders of its own: it knows one suite of one mirror, and nothing that is installed. */
export interface Apt {
  readonly suite: Suite;
  readonly folder: string;
}

/**
 * Makes apt's folders for `suite` in the cache, and brings its lists up to date at most once a day.
 *
 * @param source the line of sources.list
 */
export async function prepareApt(suite: Suite, source: string): Promise<Apt> {
  const mark = createHash('sha256').update(source).digest('hex').slice(0, 8);
  const apt = { suite, folder: join(cacheFolder(), 'apt', `${suite}-${mark}`) };
  await withLock(join(apt.folder, 'prepare.lock'), `package lists of ${suite}`, async () => {
    await mkdir(join(apt.folder, 'lists/partial'), { recursive: true });
    await mkdir(join(apt.folder, 'archives/partial'), { recursive: true });
    const { stdout } = await runCommand('dpkg', ['--print-architecture']);
    await writeWhole(join(apt.folder, 'sources.list'), `${source}\n`);
    await writeWhole(join(apt.folder, 'apt.conf'), configuration(apt.folder, stdout.trim()));
    await writeWhole(join(apt.folder, 'status'), '');
    if ((await ageOfLists(apt)) > DAY) await updateLists(apt);
  });
  return apt;
}

/** Another run's apt may be reading the file: it sees the one or the other, never half of it. */
async function writeWhole(file: string, text: string): Promise<void> {
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
Acquire::Languages "none";
Acquire::Retries "1";
`;
}

/** apt's environment: this process's own, less what would turn apt, dpkg or perl to other folders and other words. */
export function cleanEnvironment(): Record<string, string> {
  const leaks = /^(APT_|DPKG_|DEB_|DEBIAN_|DEBCONF_|LC_|LANG|PERL|LD_|TAR_OPTIONS$)/;
  const kept = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || leaks.test(name) ? [] : [[name, value] as const],
  );
  return { ...Object.fromEntries(kept), LC_ALL: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive' };
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
    ...(cwd === undefined ? {} : { cwd }),
  });
}

const DAY = 24 * 3_600_000;

const stampOf = (apt: Apt) => join(apt.folder, 'lists/updated');

/** Milliseconds since the lists were brought up to date. */
async function ageOfLists(apt: Apt): Promise<number> {
  const written = await stat(stampOf(apt)).catch(() => undefined);
  return written === undefined ? Infinity : Date.now() - written.mtimeMs;
}

/** Brings the lists up to date; whatever apt could not fetch or verify is an error of one line. */
export async function updateLists(apt: Apt): Promise<void> {
  await runApt(apt, ['update']).catch((error: unknown) => {
    throw explainApt(`read the package lists of Debian ${apt.suite}`, error);
  });
  await writeFile(stampOf(apt), '');
}

/** What apt complained of, and what can be done about it. */
export function explainApt(tried: string, error: unknown): HarnessError {
  const said = error instanceof HarnessError ? (error.evidence ?? error.observed) : String(error);
  const complaints = [...said.matchAll(/^[EW]: (.*)$/gm)].map(([, text = '']) => text.trim());
  const unsigned = /NO_PUBKEY|missing key|not signed|signature|signed-by|sqv|gpgv/i;
  const observed =
    complaints.find((text) => unsigned.test(text)) ?? complaints[0] ?? said.split('\n').at(-1);
  return new HarnessError({
    tried,
    observed: observed ?? 'apt-get failed',
    remedy: unsigned.test(said)
      ? 'bring the keys up to date: apt-get install debian-archive-keyring'
      : 'look at the network, at apt’s proxy and at the mirror in /etc/apt, or name another: E2E_DEBIAN_MIRROR=http://…/debian',
    cause: error,
    evidence: said,
  });
}
