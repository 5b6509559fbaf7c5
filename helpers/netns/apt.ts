import { execa } from 'execa';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ActivityReport, activity } from '../process/activity.ts';
import { HarnessError } from '../process/harness-error.ts';
import { type CommandResult, commandLine, runCommand, tail } from '../process/run-command.ts';
import type { Suite } from './apt-sources.ts';
import { cacheFolder } from './cache.ts';

/** apt with folders of its own: it knows one suite of one mirror, and nothing that is installed. */
export interface Apt {
  readonly suite: Suite;
  readonly folder: string;
}

/**
 * Makes apt's folders for `suite` in the cache, and brings its lists up to date once a day.
 *
 * @param source the line of sources.list
 */
export async function prepareApt(suite: Suite, source: string): Promise<Apt> {
  const mark = createHash('sha256').update(source).digest('hex').slice(0, 8);
  const apt = { suite, folder: join(cacheFolder(), 'apt', `${suite}-${mark}`) };
  await mkdir(join(apt.folder, 'lists/partial'), { recursive: true });
  await mkdir(join(apt.folder, 'archives/partial'), { recursive: true });
  await writeFile(join(apt.folder, 'sources.list'), `${source}\n`);
  await writeFile(join(apt.folder, 'apt.conf'), configuration(apt.folder));
  if (!existsSync(join(apt.folder, 'status'))) await writeFile(join(apt.folder, 'status'), '');
  if (!(await isUpdatedToday(apt))) await updateLists(apt);
  return apt;
}

/**
 * Read after the machine's own configuration, whose proxy and credentials stay in force. The machine's pins, its other
 * sources and the hooks that run after an update are left out.
 */
function configuration(folder: string): string {
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
#clear APT::Update;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
#clear DPkg::Pre-Install-Pkgs;
Acquire::Languages "none";
Acquire::Retries "2";
APT::Sandbox::User "root";
APT::Get::AllowUnauthenticated "false";
Acquire::AllowInsecureRepositories "false";
`;
}

/** apt's environment: this process's own, less what would turn apt, dpkg or perl to other folders and other words. */
export function cleanEnvironment(): Record<string, string> {
  const leaks = /^(APT_|DPKG_|DEB|LC_|LANG|PERL|GZIP$|XZ_|ZSTD_|TAR_OPTIONS$|LD_)/;
  const kept = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || leaks.test(name) ? [] : [[name, value] as const],
  );
  return { ...Object.fromEntries(kept), LC_ALL: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive' };
}

/** One run of apt-get at a time in these folders, also while one outlives the run that began it: it inherits the lock. */
function locked(apt: Apt, args: readonly string[]): [string, string[]] {
  const config = ['-c', join(apt.folder, 'apt.conf'), '-y'];
  return ['flock', [join(apt.folder, 'lock'), 'apt-get', ...config, ...args]];
}

export async function runApt(
  apt: Apt,
  args: readonly string[],
  cwd?: string,
): Promise<CommandResult> {
  const [file, words] = locked(apt, args);
  return await runCommand(file, words, {
    title: `apt-get ${args.join(' ')} (${apt.suite})`,
    env: cleanEnvironment(),
    ...(cwd === undefined ? {} : { cwd }),
  });
}

const stamp = (apt: Apt) => join(apt.folder, 'lists/updated');

async function isUpdatedToday(apt: Apt): Promise<boolean> {
  const written = await stat(stamp(apt)).catch(() => undefined);
  return written !== undefined && Date.now() - written.mtimeMs < 24 * 3_600_000;
}

async function updateLists(apt: Apt): Promise<void> {
  await runApt(apt, ['update', '-o', 'APT::Update::Error-Mode=any']).catch((error: unknown) => {
    throw new HarnessError({
      tried: `read the package lists of Debian ${apt.suite}`,
      observed: lastComplaint(error),
      remedy:
        'look at the network, at apt’s proxy and at the mirror in /etc/apt, or name another: E2E_DEBIAN_MIRROR=http://…/debian',
      cause: error,
    });
  });
  await writeFile(stamp(apt), '');
}

function lastComplaint(error: unknown): string {
  const said = error instanceof HarnessError ? (error.evidence ?? error.observed) : String(error);
  const complaints = said.match(/^(?:E|Err|W): ?.*$/gm) ?? [];
  return complaints[0] ?? said.split('\n').at(-1) ?? said;
}

/** Downloads packages, `NAME` or `NAME=VERSION`, into `folder`; apt checks each against the signed lists. */
export async function fetchPackages(
  apt: Apt,
  packages: readonly string[],
  folder: string,
  report?: ActivityReport,
): Promise<void> {
  const { stdout } = await runApt(apt, ['--print-uris', 'download', ...packages], folder);
  const sizes = [...stdout.matchAll(/^'[^']*' \S+ (\d+) /gm)].map(([, size]) => Number(size));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  await download(apt, packages, folder, (share) => {
    report?.progress(
      `${Math.round((share * total) / 1e8)} of ${Math.round(total / 1e6)} MB, ${sizes.length} packages`,
    );
  });
}

async function download(
  apt: Apt,
  packages: readonly string[],
  folder: string,
  progress: (percent: number) => void,
): Promise<void> {
  const [file, words] = locked(apt, ['-o', 'APT::Status-Fd=3', 'download', ...packages]);
  await activity('command', `apt-get download (${apt.suite})`, async (report) => {
    report.input(commandLine(file, words));
    const run = execa(file, words, {
      cwd: folder,
      env: cleanEnvironment(),
      extendEnv: false,
      reject: false,
      all: true,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    run.stdio[3]?.on('data', (chunk: Buffer) => {
      const percents = [...chunk.toString().matchAll(/^dlstatus:\d+:([\d.]+):/gm)];
      const last = percents.at(-1)?.[1];
      if (last !== undefined) progress(Number(last));
    });
    const result = await run;
    report.output(result.all);
    if (result.exitCode === 0) return;
    throw new HarnessError({
      tried: `download ${packages.join(', ')} of Debian ${apt.suite}`,
      observed: (result.all.match(/^E: .*$/m)?.[0] ?? result.originalMessage) || 'apt-get failed',
      remedy: 'look at the network, at apt’s proxy and at the mirror in /etc/apt',
      evidence: tail(result.all),
    });
  });
}
