import { DefaultReporter } from 'vitest/node';
import type {
  SerializedError,
  TestCase,
  TestModule,
  TestRunEndReason,
  TestSpecification,
  Vitest,
} from 'vitest/node';
import { surviveLostOutput } from '../process/lost-output.ts';
import { type Failure, listFailures, renderFailures } from './failures.ts';
import { describeNoFiles } from './no-files.ts';
import { painterFor } from './progress/painter.ts';
import { SpecLines } from './progress/spec-lines.ts';
import { restoreTemporaryFolder } from './temporary-folder.ts';
import { showProgress } from './progress.ts';

/**
 * Vitest's reporter with more progress: on a terminal the running files with their current tests, and the number of
 * finished files. Everywhere it shows the progress of cluster set-ups and each failed test immediately. The files of the
 * unit specs share one line unless one of them failed.
 */
export class SpecsReporter extends DefaultReporter {
  readonly #lines = new SpecLines();
  readonly #paint = painterFor(process.stdout);
  #files = 0;
  #failures: readonly Failure[] = [];

  constructor() {
    // Vitest's summary at the bottom of a terminal shows neither set-ups nor machines.
    super({ summary: false });
  }

  override onInit(vitest: Vitest): void {
    super.onInit(vitest);
    // Runs without a topology, too: an error of Vitest's output would end them without the numbers of their tests.
    surviveLostOutput('vitest');
    restoreTemporaryFolder();
    const verbose = process.env['E2E_VERBOSE'] === '1';
    void showProgress({ verbose, more: () => this.#lines.lines() });
  }

  override onTestRunStart(specifications: readonly TestSpecification[]): void {
    super.onTestRunStart(specifications);
    this.#files = specifications.length;
    this.#lines.begin(specifications.map(({ project }) => project.name));
  }

  override onTestModuleQueued(module: TestModule): void {
    this.#lines.startFile(module.id, module.relativeModuleId);
  }

  override onTestModuleCollected(module: TestModule): void {
    this.#lines.collected(module.id, [...module.children.allTests()].length);
  }

  override onTestCaseReady(test: TestCase): void {
    this.#lines.startTest(test.module.id, test.name);
  }

  override onTestCaseResult(test: TestCase): void {
    super.onTestCaseResult(test);
    const { state } = test.result();
    if (state === 'pending') return;
    this.#lines.endTest(test.module.id, state);
    if (state !== 'failed') return;
    this.log(`${this.#paint('red', '✖')} ${test.module.relativeModuleId} > ${test.fullName}`);
  }

  override onTestModuleEnd(module: TestModule): void {
    const { name } = module.project;
    const whole = this.#lines.endFile(module.id, name, module.state() === 'failed');
    super.onTestModuleEnd(module);
    if (whole === undefined || name !== 'unit') return;
    const sign = whole.failed ? this.#paint('red', '✖') : this.#paint('green', '✓');
    this.log(` ${sign} ${whole.text}`);
  }

  /** Prints no line for a passed file of the unit specs, because they are many and fast. */
  override printTestModule(module: TestModule): void {
    const { name } = module.project;
    const isToldTogether = name === 'unit' && this.#lines.filesOf(name) > 1;
    if (isToldTogether && module.state() === 'passed') return;
    super.printTestModule(module);
  }

  override onTestRunEnd(
    modules: readonly TestModule[],
    errors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): void {
    this.#lines.finish();
    if (this.#files === 0) {
      // Vitest has them, and declares them for itself alone.
      const { filenamePattern = [] } = this.ctx as { filenamePattern?: readonly string[] };
      const why = describeNoFiles(
        filenamePattern,
        this.ctx.projects.map(({ name }) => name),
      );
      this.log(`${this.#paint('red', '✖')} ${why}`);
      return;
    }
    // A user who interrupts a run knows the reason for its end.
    if (reason === 'interrupted' && !modules.some(hasRun)) return;
    this.#failures = listFailures(modules, errors);
    super.onTestRunEnd(modules, errors, reason);
  }

  /** Each failure once, without the frames of packages; Vitest's own list is in lines of source. */
  override reportSummary(
    files: Parameters<DefaultReporter['reportSummary']>[0],
    errors: unknown[],
  ): void {
    const layout = {
      color: this.#paint('red', '') !== '',
      width: process.stdout.columns ?? 10_000,
    };
    const lines = renderFailures(this.#failures, layout);
    if (lines.length > 0) this.log(`\n${lines.join('\n')}`);
    this.reportTestSummary(files, errors, 0);
  }

  /** Skips failed tests: they were printed when they failed and are listed at the end of the run. */
  protected override printTestCase(
    ...[state, test]: Parameters<DefaultReporter['printTestCase']>
  ): void {
    if (state !== 'failed') super.printTestCase(state, test);
  }
}

function hasRun(module: TestModule): boolean {
  return [...module.children.allTests()].some((test) => test.diagnostic() !== undefined);
}
