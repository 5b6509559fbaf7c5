import { readFile } from 'node:fs/promises';
import { homedir, release } from 'node:os';
import { findProgram } from '../../process/files/find-program.ts';
import { type Finding, fine, missing } from '../../netns/doctor/host-finding.ts';
import { decideHere } from '../../machine/choose-provider.ts';
import { type Decision, dockerMachineCommand } from '../../machine/decide-provider.ts';
import { judgeVirtualBoxRange } from '../../machine/docker-machine/virtualbox-range.ts';
import { hostRelease } from '../../debian/apt/host-release.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { runCommand } from '../../process/run-command.ts';
import { showProgress } from '../progress.ts';
import { settings } from '../settings.ts';
import { toDoctorDocument } from './doctor/document.ts';
import { reportFailure } from './failure.ts';
import { ownVersion } from './own-version.ts';

export interface DoctorOptions {
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** `overlay-e2e doctor`: gives the exit code, 0 when nothing is missing. */
export async function runDoctor({ json, verbose = false }: DoctorOptions): Promise<number> {
  const stopProgress = await showProgress({ verbose });
  try {
    const { provider, findings: ofProvider } = await examineProvider();
    const findings = [judgeNode(process.versions.node), ...ofProvider];
    stopProgress();
    console.log(json ? await formatDocument(provider, findings) : formatTable(findings));
    return findings.every((one) => one.fine) ? 0 : 1;
  } catch (error) {
    stopProgress();
    return reportFailure(error);
  }
}

async function formatDocument(
  provider: Decision | undefined,
  findings: readonly Finding[],
): Promise<string> {
  const document = toDoctorDocument({
    versions: {
      'overlay-e2e': ownVersion(),
      node: process.versions.node,
      kernel: release(),
      system: (await hostRelease()).name,
      architecture: process.arch,
    },
    provider,
    settings: settings.flatMap(({ names }) => names.filter((name) => process.env[name])),
    findings,
    home: homedir(),
  });
  return JSON.stringify(document, null, 2);
}

/** One line for each finding, and one with the remedy below each that is missing. */
function formatTable(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ subject }) => subject.length));
  const lines = findings.flatMap(({ subject, saw, remedy, ...one }) => [
    `${one.fine ? '✔' : '✖'} ${subject.padEnd(width)}   ${saw}`,
    ...(remedy === undefined ? [] : [`  ${' '.repeat(width)}   → ${remedy}`]),
  ]);
  const lacking = findings.filter((one) => !one.fine).length;
  const verdict = lacking === 0 ? 'Nothing is missing.' : `Missing: ${lacking}.`;
  return [...lines, '', verdict].join('\n');
}

/** The least version of Node that runs TypeScript as it stands and has what the code uses. */
const oldestNode = 24;

function judgeNode(version: string): Finding {
  if (Number.parseInt(version, 10) >= oldestNode) return fine('Node', version);
  return missing('Node', `${version}, and it takes ${oldestNode}`, 'npm ci, which brings one');
}

/** The provider, when there is one, and what it needs. */
async function examineProvider(): Promise<{ provider?: Decision; findings: Finding[] }> {
  const subject = 'provider';
  try {
    const provider = decideHere();
    const { name, because } = provider;
    const finding = fine(subject, `${name}, because ${because}`);
    return { provider, findings: [finding, ...(await examineNeedsOf(name))] };
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    return { findings: [missing(subject, error.observed, error.remedy ?? '')] };
  }
}

async function examineNeedsOf(provider: Decision['name']): Promise<Finding[]> {
  if (provider === 'docker-machine') return await examineDockerMachine();
  // Loaded when it is needed, as the provider itself.
  const { examineHost } = await import('../../netns/doctor/examine-host.ts');
  return await examineHost();
}

/** Whether the programs that the provider docker-machine runs do run. */
async function examineDockerMachine(): Promise<Finding[]> {
  const driver = process.env['MACHINE_DRIVER'] || 'virtualbox';
  const command = dockerMachineCommand(process.env);
  const wanted: readonly (readonly [string, string])[] = [
    [command, 'version'],
    ...(driver === 'virtualbox' ? [['VBoxManage', '--version'] as const] : []),
  ];
  const findings = await Promise.all(
    wanted.map(async ([program, question]) => {
      const remedy = `install ${program}, or use the built-in provider: E2E_PROVIDER=netns`;
      if (!program.includes('/') && findProgram(program) === undefined) {
        return missing(program, 'it is not on PATH', remedy);
      }
      try {
        const { stdout } = await runCommand(program, [question], { limit: 30_000 });
        return fine(program, stdout.trim().split('\n')[0] ?? '');
      } catch (error) {
        return missing(program, (error as HarnessError).observed, remedy);
      }
    }),
  );
  const virtualBox = findings.find(({ subject }) => subject === 'VBoxManage');
  if (virtualBox === undefined || !virtualBox.fine) return findings;
  const list = await readFile('/etc/vbox/networks.conf', 'utf8').catch(() => undefined);
  const cidr = process.env['VIRTUALBOX_HOSTONLY_CIDR'] || undefined;
  return [...findings, judgeVirtualBoxRange(virtualBox.saw, list, cidr)];
}
