import { Status, type StepResult, type TestResult } from 'allure-js-commons';
import AllureVitestReporter from 'allure-vitest/reporter';
import type { Reporter, TestSpecification, Vitest } from 'vitest/node';
import type { AllowedSkip } from './allowed-skips.ts';
import { diagnosisLabel } from '../results/labels/diagnosis-label.ts';
import { verdictName } from '../results/evidence.ts';
import { issueLinks } from '../results/known-issues.ts';
import { harnessOrigin, originLabel } from '../results/labels/origin-label.ts';
import { skipLabel } from '../results/labels/skip-label.ts';
import { takeLateSteps } from './late-steps.ts';
import { LostResultsReporter, pathKey, type SkipReasons } from './lost-results.ts';
import { resultsFolder } from '../results/reports-folder.ts';
import { ownFrames } from '../results/stack.ts';
import { topologyOf } from '../results/labels/topology-label.ts';
import { partOf } from '../results/labels/tutorial-part.ts';

/**
 * Returns the reporters for the Allure report, for `vitest.config.ts`. In watch mode they are silent: after a saved file,
 * only one line matters.
 *
 * @param options.add keeps the results of an earlier run
 * @param options.allowedSkips the skips that are no failure; without a list, all are allowed
 */
export function allureReporters(
  options: { readonly add?: boolean; readonly allowedSkips?: readonly AllowedSkip[] } = {},
): Reporter[] {
  const resultsDir = resultsFolder();
  const lost = new LostResultsReporter(resultsDir, options.add ?? false, options.allowedSkips);
  const written = new Set<string>();
  const allure = new AllureVitestReporter({
    resultsDir,
    reportMatchers: false,
    listeners: [
      {
        beforeTestResultWrite: (result) => {
          written.add(keyOf(result));
          amend(result, lost.reasons);
        },
      },
    ],
  });
  const late = { onTestRunEnd: takeLateSteps };
  const missing = { onTestRunEnd: () => lost.writeMissing(written) };
  return [new UnlessWatching([lost, late, allure, missing])];
}

/** Marks reporters of {@link allureReporters}, also those of another copy of this module. */
const mark = Symbol.for('overlay-e2e: writes the Allure results');

/** Returns true for a reporter of {@link allureReporters}. A second one in a run would make tests wait forever. */
export function isAllureReporter(reporter: unknown): boolean {
  return typeof reporter === 'object' && reporter !== null && mark in reporter;
}

/** The part of Vitest's reporters that these are made of. */
interface Writer {
  onInit?(vitest: Vitest): void;
  onTestRunStart?(specifications: readonly TestSpecification[]): void;
  onTestRunEnd(...ended: Parameters<NonNullable<Reporter['onTestRunEnd']>>): void;
}

/** Forwards events, except in watch mode. */
class UnlessWatching implements Reporter {
  readonly [mark] = true;
  #writers: readonly Writer[];

  constructor(writers: readonly Writer[]) {
    this.#writers = writers;
  }

  onInit(vitest: Vitest): void {
    if (vitest.config.watch) this.#writers = [];
    for (const one of this.#writers) one.onInit?.(vitest);
  }

  onTestRunStart(specifications: readonly TestSpecification[]): void {
    for (const one of this.#writers) one.onTestRunStart?.(specifications);
  }

  onTestRunEnd(...ended: Parameters<NonNullable<Reporter['onTestRunEnd']>>): void {
    for (const one of this.#writers) one.onTestRunEnd(...ended);
  }
}

/** Puts a result where a reader looks for it, and tells why a test did not run. */
function amend(result: TestResult, reasons: SkipReasons): void {
  const { fullName = '' } = result;
  const key = fullName.slice(fullName.indexOf(':') + 1);
  const topology = topologyOf(result);
  const part = partOf(key.split('#', 1)[0] ?? '', topology);
  result.labels.push({ name: 'epic', value: part.epic }, { name: 'feature', value: part.feature });
  result.steps = withVerdictFirst(result.steps);
  const { trace } = result.statusDetails;
  if (trace !== undefined) result.statusDetails.trace = ownFrames(trace);
  if (result.status === Status.PASSED) return;
  if (result.status === Status.BROKEN) {
    // Who counts failed tests counts these, too; that no assertion failed, the category says.
    result.status = Status.FAILED;
    result.labels.push({ name: originLabel, value: harnessOrigin });
  }
  if (result.status === undefined || result.status === Status.SKIPPED) tellSkip(result, reasons);
  const codes = result.labels
    .filter(({ name }) => name === diagnosisLabel)
    .map(({ value }) => value);
  result.links.push(...issueLinks(result.statusDetails.message ?? '', codes));
}

function tellSkip(result: TestResult, reasons: SkipReasons): void {
  const reason = reasons.get(keyOf(result));
  result.status = Status.SKIPPED;
  result.statusDetails = { message: reason?.text ?? 'not run' };
  if (reason !== undefined) result.labels.push({ name: skipLabel, value: reason.code });
}

function keyOf(result: TestResult): string {
  const { titlePath = [], fullName = '', name = '' } = result;
  // The first name is the package's, if it has one.
  const path = fullName.startsWith(`${titlePath[0]}:`) ? titlePath.slice(1) : titlePath;
  return pathKey(topologyOf(result), [...path, name]);
}

/** The findings of the cluster come last, and are shown first. */
function withVerdictFirst(steps: readonly StepResult[]): StepResult[] {
  return [...steps.filter(isVerdict), ...steps.filter((step) => !isVerdict(step))];
}

function isVerdict({ attachments }: StepResult): boolean {
  return attachments.some(({ name }) => name === verdictName);
}
