import { type DiagnosisCode, diagnosisTitles } from '../../check/model/codes.ts';
import type { Diagnosis } from '../../check/model/diagnosis.ts';
import type { HostView } from '../../check/model/observation.ts';
import { valueOf } from '../../check/model/observed.ts';
import type { AuditReport } from '../../check/model/report.ts';
import type { EngineInfo } from '../../docker/info.ts';
import { ownVersion } from '../../process/own-version.ts';
import { redactSecrets } from '../../process/text/redact-secrets.ts';
import { codeBlock, codeSpan } from '../text/markdown.ts';
import { renderDiagnosis } from '../text/render-diagnosis.ts';
import { valueInWords } from '../text/value-in-words.ts';

/** Findings with one code that an issue describes; the others are alike. */
const shownFindings = 5;

const kinds = {
  'key-value': 'a cluster with a key-value store',
  'swarm-mode': 'a swarm',
  unknown: 'engines',
} as const;

/**
 * Returns an issue in Markdown about the findings with a code, with the headings of moby's form for bug reports. The steps to
 * reproduce them remain for the user.
 */
export function toMobyIssue(report: AuditReport, code: DiagnosisCode): string {
  const findings = report.diagnoses.filter((one) => one.code === code);
  const shown = findings.slice(0, shownFindings);
  const { observation } = report;
  const text = [
    `<!-- ${diagnosisTitles[code]} -->`,
    '### Description',
    shown.map(({ summary }) => `- ${codeSpan(summary)}`).join('\n'),
    `${observation.hosts.length} hosts, ${kinds[observation.kind]}. Found by overlay-e2e ${ownVersion()} (\`${code}\`).`,
    '### Reproduce',
    '<!-- Replace this: the steps that lead to this state. -->',
    '1. ',
    '### Expected behavior',
    expectationsOf(shown),
    '### docker version',
    codeBlock(versionsOf(observation.hosts), 'bash'),
    '### docker info',
    codeBlock(infoOf(observation.hosts), 'bash'),
    '### Additional Info',
    codeBlock(evidenceOf(shown)),
    ...(findings.length > shown.length ? [`And ${findings.length - shown.length} alike.`] : []),
  ].join('\n\n');
  return redactSecrets(text);
}

function expectationsOf(findings: readonly Diagnosis[]): string {
  const differences = findings.flatMap(({ evidence }) => evidence.slice(0, 1));
  return differences
    .map(
      ({ expected, observed }) =>
        `- expected: ${codeSpan(valueInWords(expected))}; observed: ${codeSpan(valueInWords(observed))}`,
    )
    .join('\n');
}

type Line = readonly [name: string, value: string | boolean | undefined];

function versionsOf(hosts: readonly HostView[]): string {
  return describeEach(hosts, ({ serverVersion }) => [['Server', serverVersion]]);
}

/** The lines of `docker info` that the check has observed. */
function infoOf(hosts: readonly HostView[]): string {
  return describeEach(hosts, (info) => [
    ['Server Version', info.serverVersion],
    ['Storage Driver', info.storageDriver],
    ['Swarm', info.swarm],
    ['Is Manager', info.swarmNode?.isManager],
    ['Cluster Store', info.clusterStore],
    ['Kernel Version', info.kernelVersion],
    ['Operating System', info.operatingSystem],
    ['Architecture', info.architecture],
    ['Live Restore Enabled', info.liveRestore],
  ]);
}

function describeEach(
  hosts: readonly HostView[],
  describe: (info: EngineInfo) => readonly Line[],
): string {
  return hosts
    .map(({ name, engine }) => {
      const info = valueOf(engine)?.info;
      if (info === undefined) return `# ${name}: the engine did not answer`;
      const lines = describe(info).flatMap(([label, value]) =>
        value === undefined ? [] : `${label}: ${value}`,
      );
      return [`# ${name}`, ...lines].join('\n');
    })
    .join('\n\n');
}

function evidenceOf(findings: readonly Diagnosis[]): string {
  const layout = { color: false, width: 100 };
  return findings.flatMap((one, at) => renderDiagnosis(one, at + 1, layout)).join('\n');
}
