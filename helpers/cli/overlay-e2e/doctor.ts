import { homedir, release } from 'node:os';
import { type Finding, fine, missing } from '../../netns/doctor/host-finding.ts';
import { examineProvider } from '../../machine/examine-provider.ts';
import type { Decision } from '../../machine/provider-kind.ts';
import { hostRelease } from '../../debian/apt/host-release.ts';
import { isOlder, oldestNode } from '../bin/start.ts';
import { showProgress } from '../progress.ts';
import { settings } from '../settings.ts';
import { toDoctorDocument } from './doctor/document.ts';
import { reportFailure } from './failure.ts';
import { ownVersion } from '../../process/own-version.ts';

export interface DoctorOptions {
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** Runs `overlay-e2e doctor` and returns the exit code: 0 if all requirements are met. */
export async function runDoctor({ json, verbose = false }: DoctorOptions): Promise<number> {
  const stopProgress = await showProgress({ verbose });
  try {
    const { provider, findings: ofProvider } = await examineProvider();
    const findings = [evaluateNode(process.versions.node), ...ofProvider];
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

/** Formats one line per requirement, with the fix below a missing one. */
function formatTable(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ subject }) => subject.length));
  const lines = findings.flatMap(({ subject, observed, fix, ...one }) => [
    `${one.fine ? '✔' : '✖'} ${subject.padEnd(width)}   ${observed}`,
    ...(fix === undefined ? [] : [`  ${' '.repeat(width)}   → ${fix}`]),
  ]);
  const lacking = findings.filter((one) => !one.fine).length;
  const verdict = lacking === 0 ? 'Nothing is missing.' : `Missing: ${lacking}.`;
  return [...lines, '', verdict].join('\n');
}

function evaluateNode(version: string): Finding {
  if (!isOlder(version, oldestNode)) return fine('Node', version);
  return missing(
    'Node',
    `${version}; ${oldestNode} or newer is required`,
    `install Node.js ${oldestNode} or newer`,
  );
}
