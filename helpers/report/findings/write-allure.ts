import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type DiagnosisCode,
  diagnosisCodes,
  diagnosisTitles,
  pageOf,
} from '../../check/model/codes.ts';
import type { Difference } from '../../check/model/difference.ts';
import type { AuditReport, ComparisonResult } from '../../check/model/report.ts';
import { bundleOf } from '../../check/support-bundle.ts';
import { firstLine } from '../../process/errors/harness-error.ts';
import { auditName, bundleName, topologyPictureName, verdictName } from '../results/evidence.ts';
import { pageUrl } from '../results/page-url.ts';
import { type Evidence, type SyntheticResult, writeResult } from '../results/results-writer.ts';
import type { Step } from '../results/step.ts';
import { diagnosesOf, failureLine } from './diagnoses-of.ts';
import { drawPathMatrix } from '../pictures/draw-path-matrix.ts';
import { drawTopology } from '../pictures/draw-topology.ts';
import { headlineOf } from '../text/headline.ts';
import { renderDiagnosis } from '../text/render-diagnosis.ts';
import { renderVerdict } from '../text/render-report.ts';
import { toJson } from './to-json.ts';

const root = join(import.meta.dirname, '../../..');
const layout = { color: false, width: 100 };

/**
 * Writes a report as Allure results into a folder, next to existing ones: one for the whole result, with pictures, and one
 * for each comparison, with its evidence.
 */
export async function writeAllure(report: AuditReport, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const start = Date.parse(report.startedAt);
  const times = { start, stop: start + report.milliseconds };
  writeResult({ ...times, ...(await resultOfVerdict(report)) }, folder);
  for (const comparison of report.comparisons) {
    writeResult({ ...times, ...(await resultOfComparison(report, comparison)) }, folder);
  }
  await addCategories(folder);
}

/** Returns the evidence of a whole report: as text, as pictures, and as the complete document. */
export async function verdictEvidence(report: AuditReport): Promise<readonly Evidence[]> {
  const document = JSON.stringify(toJson(report), undefined, 2);
  return [
    { name: verdictName, type: 'text/plain', content: renderVerdict(report, layout) },
    { name: topologyPictureName, type: 'image/svg+xml', content: await drawTopology(report) },
    { name: 'paths', type: 'image/svg+xml', content: await drawPathMatrix(report) },
    { name: auditName, type: 'application/json', content: document },
    ...(report.verdict === 'healthy' ? [] : [await bundleEvidence(report)]),
  ];
}

/** Bytes of a support bundle in a report, which may have one for each failed test. */
const bundleLimit = 1024 * 1024;

/** Returns the support bundle of a report, or the reason why it has none. */
async function bundleEvidence(report: AuditReport): Promise<Evidence> {
  try {
    const content = await bundleOf(report);
    return content.length > bundleLimit
      ? withoutBundle('It is larger than 1 MB, too large for the report')
      : { name: bundleName, type: 'application/gzip', content };
  } catch (error) {
    return withoutBundle(`It could not be written: ${firstLine(error)}`);
  }
}

function withoutBundle(why: string): Evidence {
  return {
    name: bundleName,
    type: 'text/plain',
    content: `${why}. Run "overlay-e2e check --bundle FILE".`,
  };
}

type Untimed = Omit<SyntheticResult, 'start' | 'stop'>;

async function resultOfVerdict(report: AuditReport): Promise<Untimed> {
  const { target, verdict, diagnoses } = report;
  const codes = diagnoses.map(({ code, summary }) => `${code}: ${summary}`);
  const status = ({ healthy: 'passed', defects: 'failed', incomplete: 'broken' } as const)[verdict];
  return {
    name: 'The cluster is healthy',
    fullName: `check of ${target}: result`,
    status,
    message: status === 'passed' ? undefined : [...codes, headlineOf(report)].join('\n'),
    attachments: await verdictEvidence(report),
    links: linksTo(diagnoses.map(({ code }) => code)),
    labels: labelsOf(
      target,
      'Verdict',
      diagnoses.map(({ code }) => code),
    ),
  };
}

async function resultOfComparison(
  report: AuditReport,
  comparison: ComparisonResult,
): Promise<Untimed> {
  const { title, name, layer } = comparison;
  const { target } = report;
  const found = diagnosesOf(report, comparison);
  const codes = [...new Set(found.map(({ diagnosis }) => diagnosis.code))];
  const text = found.flatMap(({ diagnosis, number }) => [
    ...renderDiagnosis(diagnosis, number, layout),
    '',
  ]);
  return {
    name: title,
    fullName: `check of ${target}: ${name}`,
    ...outcomeOf(report, comparison),
    attachments: [
      ...(text.length === 0
        ? []
        : [{ name: 'diagnosis', type: 'text/plain', content: text.join('\n') } as const]),
      // In the report itself, which may be read where the project is not.
      ...(await Promise.all(codes.map(readPage))),
    ],
    steps: stepsOf(report, comparison),
    links: linksTo(codes),
    labels: labelsOf(target, inWords(layer), codes),
  };
}

function outcomeOf(
  report: AuditReport,
  comparison: ComparisonResult,
): Pick<Untimed, 'status' | 'message'> {
  if (comparison.state === 'passed') return { status: 'passed' };
  if (comparison.state === 'failed')
    return { status: 'failed', message: failureLine(report, comparison) };
  const { reason, because } = comparison;
  // A requested comparison that could not run is not only skipped: the result is incomplete.
  return because === 'failed'
    ? { status: 'broken', message: `could not run: ${reason}` }
    : { status: 'skipped', message: reason };
}

function stepsOf(report: AuditReport, comparison: ComparisonResult): Step[] {
  const start = Date.parse(report.startedAt);
  const times = { start, stop: start, steps: [] };
  if (comparison.state === 'passed') {
    return comparison.evidence.map((name) => ({ ...times, name, status: 'passed' }));
  }
  if (comparison.state === 'skipped') return [];
  return comparison.differences.map((one) => ({
    ...times,
    name: one.text,
    status: 'failed',
    text: { name: 'expected and observed', type: 'application/json', content: asJson(one) },
  }));
}

function asJson({ kind, where, expected, observed }: Difference): string {
  return JSON.stringify({ kind, where, expected, observed }, undefined, 2);
}

function labelsOf(target: string, feature: string, tag: readonly string[]) {
  return { epic: `Check of ${target}`, feature, framework: 'overlay-e2e', tag };
}

function linksTo(codes: readonly DiagnosisCode[]): { name: string; url: string }[] {
  return [...new Set(codes)].flatMap((code) => {
    const url = pageUrl(pageOf(code));
    return url === undefined ? [] : [{ name: code, url }];
  });
}

async function readPage(code: DiagnosisCode): Promise<Evidence> {
  const content = await readFile(join(root, pageOf(code)), 'utf8');
  return { name: pageOf(code), type: 'text/markdown', content };
}

/** Allure 2 reads its categories from the results' folder; other categories there are kept. */
async function addCategories(folder: string): Promise<void> {
  const file = join(folder, 'categories.json');
  const known = await readFile(file, 'utf8').then(
    (text) => JSON.parse(text) as unknown,
    () => undefined,
  );
  const others = (Array.isArray(known) ? (known as { name?: unknown }[]) : []).filter(
    ({ name }) => !diagnosisCodes.some((code) => name === nameOf(code)),
  );
  const own = diagnosisCodes.map((code) => ({
    name: nameOf(code),
    messageRegex: `(?s)^(only because of )?${code}: .*`,
    matchedStatuses: ['failed'],
  }));
  await writeFile(file, `${JSON.stringify([...own, ...others], undefined, 2)}\n`);
}

function nameOf(code: DiagnosisCode): string {
  return `${code}: ${diagnosisTitles[code]}`;
}

function inWords(layer: string): string {
  return `${layer.charAt(0).toUpperCase()}${layer.slice(1)}`;
}
