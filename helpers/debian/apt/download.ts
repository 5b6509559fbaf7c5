import { type ActivityReport, activity } from '../../process/activity.ts';
import { hasCode, HarnessError } from '../../process/errors/harness-error.ts';
import { commandLine, tail } from '../../process/run-command.ts';
import {
  type Apt,
  APT_LIMIT,
  aptCommand,
  cleanEnvironment,
  explainApt,
  runApt,
  updateLists,
} from './apt.ts';

/**
 * Downloads packages, `NAME` or `NAME=VERSION`, into `folder`. apt checks each one against the signed lists. If the
 * lists name a package that the mirror no longer has, updates them first.
 */
export async function downloadPackages(
  apt: Apt,
  packages: readonly string[],
  folder: string,
  report?: ActivityReport,
): Promise<void> {
  try {
    await downloadOnce(apt, packages, folder, report);
  } catch (error) {
    if (!hasCode(error, 'package-unavailable')) throw error;
    await updateLists(apt);
    const names = packages.map((one) => one.replace(/=.*/, ''));
    await downloadOnce(apt, names, folder, report);
  }
}

async function downloadOnce(
  apt: Apt,
  packages: readonly string[],
  folder: string,
  report?: ActivityReport,
): Promise<void> {
  const tried = `download ${packages.join(', ')} from Debian ${apt.suite}`;
  const plan = await runApt(apt, ['--print-uris', 'download', ...packages], folder).catch(
    (error: unknown) => {
      throw explainApt(tried, error);
    },
  );
  const sizes = [...plan.stdout.matchAll(/^'[^']*' \S+ (\d+) /gm)].map(([, size]) => Number(size));
  const megabytes = sizes.reduce((sum, size) => sum + size, 0) / 1e6;
  let told = '';
  await activity('command', `apt-get download (${apt.suite})`, async (own) => {
    await runDownload(apt, packages, folder, own, (share) => {
      const text = `${Math.round(share * megabytes)} of ${Math.ceil(megabytes)} MB in ${sizes.length} packages`;
      if (text !== told) report?.progress(text);
      told = text;
    });
  }).catch((error: unknown) => {
    throw explainApt(tried, error);
  });
}

/** @param progress receives the share that was downloaded, from 0 to 1 */
async function runDownload(
  apt: Apt,
  packages: readonly string[],
  folder: string,
  report: ActivityReport,
  progress: (share: number) => void,
): Promise<void> {
  const [file, words] = aptCommand(apt, ['-o', 'APT::Status-Fd=3', 'download', ...packages]);
  report.input(commandLine(file, words));
  // Loaded late: most calls of netns-machine do not need it.
  const { execa } = await import('execa');
  const run = execa(file, words, {
    cwd: folder,
    env: cleanEnvironment(),
    extendEnv: false,
    reject: false,
    all: true,
    timeout: APT_LIMIT,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  // `dlstatus:<item>:<percent>:<text>` (apt's doc/progress-reporting.md)
  run.stdio[3]?.on('data', (chunk: Buffer) => {
    const percent = [...chunk.toString().matchAll(/^dlstatus:\d+:([\d.]+):/gm)].at(-1)?.[1];
    if (percent !== undefined) progress(Number(percent) / 100);
  });
  const result = await run;
  report.output(result.all);
  if (result.exitCode === 0) return;
  throw new HarnessError({
    code: 'download-failed',
    tried: commandLine(file, words),
    observed: result.originalMessage || `exit code ${result.exitCode}`,
    cause: result,
    evidence: tail(result.all, 60),
  });
}
