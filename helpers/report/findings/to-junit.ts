import { layers } from '../../check/model/comparison.ts';
import type { Coverage } from '../../check/model/report.ts';
import type { AuditReport, ComparisonResult } from '../../check/model/report.ts';
import { diagnosesOf, failureLine } from './diagnoses-of.ts';
import { renderDiagnosis } from '../text/render-diagnosis.ts';
import { element, escapeXml } from '../text/xml.ts';

/**
 * Converts a report into JUnit XML: a suite for each layer, a case for each comparison. A requested comparison that could
 * not run is an error, because readers of this format ignore skipped cases.
 */
export function toJunit(report: AuditReport): string {
  const { target, milliseconds, comparisons, startedAt, coverage } = report;
  const suites = layers.flatMap((layer) => {
    const own = comparisons.filter((one) => one.layer === layer);
    if (own.length === 0) return [];
    // Without its milliseconds: some readers know no others.
    const timestamp = startedAt.replace(/\.\d+Z$/, '');
    const cases = own.map((comparison) => caseOf(report, comparison));
    return [element('testsuite', { name: layer, ...countsOf(own), timestamp }, ...cases)];
  });
  const left = notExaminedSuite(coverage, startedAt.replace(/\.\d+Z$/, ''));
  const { skipped: _, ...own } = countsOf(comparisons);
  const counts = {
    ...own,
    tests: own.tests + coverage.unexamined.length + coverage.unsupported.length,
    errors: own.errors + coverage.unexamined.length,
  };
  const attributes = { name: target, time: (milliseconds / 1000).toFixed(3), ...counts };
  const root = element('testsuites', attributes, '\n', [...suites, ...left].join('\n'), '\n');
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`;
}

/** A case for each member that was not examined, an error, and for each feature that no comparison supports, skipped. */
function notExaminedSuite({ unexamined, unsupported }: Coverage, timestamp: string): string[] {
  if (unexamined.length + unsupported.length === 0) return [];
  const counts = {
    tests: unexamined.length + unsupported.length,
    failures: 0,
    errors: unexamined.length,
    skipped: unsupported.length,
  };
  const message = 'not examined';
  return [
    element(
      'testsuite',
      { name: 'coverage', ...counts, timestamp },
      ...unexamined.map((one) =>
        unexaminedCase(
          `the member ${one} is examined`,
          element('error', { type: 'incomplete', message }),
        ),
      ),
      ...unsupported.map((one) => unexaminedCase(one, element('skipped', { message }))),
    ),
  ];
}

function unexaminedCase(name: string, outcome: string): string {
  return element('testcase', { name, classname: 'coverage.not-examined' }, outcome);
}

function countsOf(comparisons: readonly ComparisonResult[]) {
  const errors = comparisons.filter(
    (one) => one.state === 'skipped' && one.because === 'failed',
  ).length;
  return {
    tests: comparisons.length,
    failures: comparisons.filter(({ state }) => state === 'failed').length,
    errors,
    skipped: comparisons.filter(({ state }) => state === 'skipped').length - errors,
  };
}

function caseOf(report: AuditReport, comparison: ComparisonResult): string {
  const { title, layer, name } = comparison;
  return element(
    'testcase',
    { name: title, classname: `${layer}.${name}` },
    ...outcomeOf(report, comparison),
  );
}

function outcomeOf(report: AuditReport, comparison: ComparisonResult): string[] {
  if (comparison.state === 'skipped') {
    const { reason: message, because } = comparison;
    return because === 'failed'
      ? [element('error', { type: 'impossible', message: `could not run: ${message}` })]
      : [element('skipped', { message })];
  }
  if (comparison.state === 'passed')
    return [element('system-out', {}, escapeXml(comparison.evidence.join('\n')))];
  const found = diagnosesOf(report, comparison);
  const type = found.find(({ proves }) => proves) ?? found[0];
  const text = [
    ...comparison.differences.map((one) => one.text),
    ...found.flatMap(({ diagnosis, number }) => [
      '',
      ...renderDiagnosis(diagnosis, number, { color: false, width: 100 }),
    ]),
  ].join('\n');
  const message = failureLine(report, comparison);
  return [element('failure', { type: type?.diagnosis.code, message }, escapeXml(text))];
}
