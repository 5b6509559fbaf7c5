import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Reporter, TestCase, TestModule, TestSpecification, TestSuite } from 'vitest/node';
import {
  type AllowedSkip,
  findAllowed,
  findSkipProblems,
  type NamedTest,
  type SkippedTest,
} from './allowed-skips.ts';
import { addCounts, type Counts, startResults } from '../results/counts.ts';
import { errorCodesOf, errorLabel } from '../results/labels/error-label.ts';
import { tellSystem } from './environment.ts';
import { type AnyProject, topologyIn } from './topology-project.ts';
import { issueLinks } from '../results/known-issues.ts';
import { skipLabel, type SkipReason } from '../results/labels/skip-label.ts';
import { writeResult } from '../results/results-writer.ts';
import { setUpFailed, skipsFile } from '../run/skip-reasons.ts';
import { ownFrames } from '../results/stack.ts';
import { partOf } from '../results/labels/tutorial-part.ts';
import { omitUndefined } from '../../process/omit-undefined.ts';
import { readVariable } from '../../process/environment.ts';

type Errors = readonly {
  readonly message: string;
  readonly stack?: string | undefined;
  readonly cause?: unknown;
}[];

/** The project of results that belong to no test. */
const wholeRun: AnyProject = { name: 'run', config: {} };

/** The reasons why tests have no result, by {@link pathKey}. */
export type SkipReasons = ReadonlyMap<string, SkipReason>;

/**
 * Complements allure-vitest's reporter with results that it loses: files that fail at import, failed hooks of files and
 * suites, errors outside any test (a crashed worker), tests that were skipped or never ran, with the reason. Without it, a
 * broken run would look like a success. It must come first: it empties the results' folder, unless results are added, and
 * knows the reasons before the other one writes. After the other one, {@link writeMissing} adds the tests that it left out. With a list of allowed skips, each other skip is a failure of the run.
 */
export class LostResultsReporter implements Reporter {
  readonly reasons = new Map<string, SkipReason>();
  readonly #folder: string;
  readonly #add: boolean;
  readonly #allowed: readonly AllowedSkip[] | undefined;
  readonly #collected: NamedTest[] = [];
  readonly #skipped: SkippedTest[] = [];
  readonly #notRun: { readonly test: TestCase; readonly why: SkipReason }[] = [];
  #specifications: readonly TestSpecification[] = [];

  /**
   * @param add keeps the results of an earlier run
   * @param allowed the skips that are no failure; without a list, all are allowed
   */
  constructor(folder: string, add: boolean, allowed?: readonly AllowedSkip[]) {
    this.#folder = folder;
    this.#add = add;
    this.#allowed = allowed;
  }

  /** Starts new results. A run without test files keeps the results of the last run. */
  onTestRunStart(specifications: readonly TestSpecification[]): void {
    this.#specifications = specifications;
    if (specifications.length === 0) return;
    startResults(this.#add);
    tellSystem();
  }

  onTestRunEnd(
    modules: readonly TestModule[],
    errors: Errors,
    reason: 'passed' | 'interrupted' | 'failed',
  ): void {
    if (this.#specifications.length === 0) return;
    const counts = { passed: 0, failed: 0, skipped: 0 };
    const whyNot: SkipReason =
      reason === 'interrupted'
        ? { code: 'interrupted', text: 'not run: the run was interrupted' }
        : { code: 'run-ended', text: 'not run: the run ended before it came to this' };
    const cutOff = modules.filter(isCutOff).map(({ moduleId }) => fileName(moduleId));
    for (const module of modules) this.#tellModule(module, whyNot, counts);
    const seen = new Set(modules.map((module) => module.moduleId));
    for (const { moduleId, project } of this.#specifications) {
      if (seen.has(moduleId)) continue;
      counts.skipped += 1;
      this.#write(moduleId, project, fileName(moduleId), 'skipped', whyNot.text, {
        code: whyNot.code,
      });
    }
    errors.forEach((error, index) => {
      counts.failed += 1;
      const name = `Error outside of any test${index === 0 ? '' : ` (${index + 1})`}`;
      const said = withCause(error);
      // Only errors of a worker itself have a cause.
      const isWorker = cutOff.length > 0 && error.cause !== undefined;
      const message = isWorker ? `${said}; not run to the end: ${cutOff.join(', ')}` : said;
      this.#write('specs/run/vitest.ts', wholeRun, name, 'broken', message, { error });
    });
    for (const { name, message } of this.#findSkipProblems()) {
      counts.failed += 1;
      this.#write(skipsFile, wholeRun, name, 'broken', message);
    }
    addCounts(counts);
  }

  /**
   * Writes tests without a result: allure-vitest leaves out tests that are skipped before they start.
   *
   * @param written the tests that have one, by {@link pathKey}
   */
  writeMissing(written: ReadonlySet<string>): void {
    for (const { test, why } of this.#notRun) {
      if (written.has(keyOf(test))) continue;
      const { moduleId, project } = test.module;
      this.#write(moduleId, project, test.name, 'skipped', why.text, { code: why.code, test });
    }
  }

  #findSkipProblems() {
    if (this.#allowed === undefined) return [];
    const workflow = readVariable('GITHUB_WORKFLOW');
    return findSkipProblems(this.#allowed, this.#collected, this.#skipped, workflow);
  }

  #tellModule(module: TestModule, whyNot: SkipReason, counts: Counts): void {
    const { moduleId, project } = module;
    const tellErrors = (suite: TestModule | TestSuite, name: string) => {
      for (const error of suite.errors()) {
        counts.failed += 1;
        this.#write(moduleId, project, name, 'broken', error.message, { error });
      }
    };
    tellErrors(module, `${fileName(moduleId)} can be run`);
    for (const suite of module.children.allSuites()) {
      tellErrors(suite, `hooks of "${suite.fullName}" pass`);
    }
    const hookFailed = module.errors().length > 0;
    for (const test of module.children.allTests()) {
      if (!hookFailed) this.#collected.push(nameOf(test));
      const result = test.result();
      if (result.state === 'passed' || result.state === 'failed') {
        counts[result.state] += 1;
        continue;
      }
      counts.skipped += 1;
      const fileFailed: SkipReason = {
        code: 'hook-failed',
        text: 'not run: a hook of its file failed',
      };
      const why = this.#whySkipped(test, hookFailed ? fileFailed : whyNot);
      this.reasons.set(keyOf(test), why);
      this.#notRun.push({ test, why });
    }
  }

  #whySkipped(test: TestCase, whyNot: SkipReason): SkipReason {
    const result = test.result();
    if (result.state === 'skipped' && result.note !== undefined) {
      if (result.note === setUpFailed) {
        return { code: 'set-up-failed', text: `not run: ${setUpFailed}` };
      }
      const runs = this.#noteSkip({ ...nameOf(test), why: result.note });
      const text = runs === undefined ? result.note : `${result.note}; it runs ${runs}`;
      return { code: 'with-reason', text };
    }
    if (test.options.mode === 'todo') {
      return this.#withoutReason(test, { code: 'to-be-written', text: 'to be written' });
    }
    if (test.options.mode === 'skip') {
      return this.#isNotChosen(test)
        ? { code: 'not-chosen', text: 'not run: the run is of other tests of its file' }
        : this.#withoutReason(test, {
            code: 'without-reason',
            text: 'skipped in its file, no reason given',
          });
    }
    for (let up: TestModule | TestSuite = test.parent; up.type === 'suite'; up = up.parent) {
      if (up.errors().length > 0) {
        return { code: 'hook-failed', text: `not run: a hook of "${up.name}" failed` };
      }
    }
    return whyNot;
  }

  #withoutReason(test: TestCase, why: SkipReason): SkipReason {
    this.#noteSkip({ ...nameOf(test), why: why.text });
    return why;
  }

  /** Returns true if `-t`, or a line after the file's name, leaves the test out. */
  #isNotChosen(test: TestCase): boolean {
    const { testNamePattern } = test.project.config;
    if (testNamePattern !== undefined && !testNamePattern.test(nameOf(test).name)) return true;
    return this.#specifications.some(
      ({ moduleId, testLines = [] }) => moduleId === test.module.moduleId && testLines.length > 0,
    );
  }

  /** Returns where an allowed skip's test runs. */
  #noteSkip(skip: SkippedTest): string | undefined {
    this.#skipped.push(skip);
    return findAllowed(this.#allowed ?? [], skip)?.runs;
  }

  #write(
    moduleId: string,
    project: AnyProject,
    name: string,
    status: 'broken' | 'skipped',
    message: string,
    {
      error,
      test,
      code,
    }: {
      error?: { readonly stack?: string | undefined };
      test?: TestCase;
      code?: SkipReason['code'];
    } = {},
  ): void {
    const now = Date.now();
    const file = relative(process.cwd(), moduleId);
    const topology = topologyIn(project);
    const whole = test === undefined ? `${file}#${name}` : fullName(test);
    writeResult(
      {
        name,
        fullName: topologyName(whole, topology),
        status,
        message: stripVTControlCharacters(message),
        links: issueLinks(message, []),
        trace: error?.stack === undefined ? undefined : ownFrames(error.stack),
        start: now,
        stop: now,
        labels: {
          ...partOf(file, topology),
          ...omitUndefined({ topology }),
          thread: project.name,
          [errorLabel]: errorCodesOf(error),
          ...(code === undefined ? {} : { [skipLabel]: code }),
        },
      },
      this.#folder,
    );
  }
}

/** Returns the full name of a result: the same test on another topology has another one. */
function topologyName(wholeName: string, topology: string | undefined): string {
  return topology === undefined ? wholeName : `${topology}: ${wholeName}`;
}

/**
 * Returns the key of a test: the same spec runs on each topology.
 *
 * @param path Allure's `titlePath` without the package, and the title: folders, file, suites, title
 */
export function pathKey(topology: string | undefined, path: readonly string[]): string {
  return JSON.stringify([topology ?? '', ...path]);
}

function keyOf(test: TestCase): string {
  const { moduleId, project } = test.module;
  const path = [...fileName(moduleId).split('/'), ...suitesOf(test), test.name];
  return pathKey(topologyIn(project), path);
}

/** Returns allure-vitest's name of a test, without the prefix of the project. */
function fullName(test: TestCase): string {
  const { file, name } = nameOf(test);
  return `${file}#${name}`;
}

function nameOf(test: TestCase): NamedTest {
  return { file: fileName(test.module.moduleId), name: [...suitesOf(test), test.name].join(' ') };
}

function suitesOf(test: TestCase): string[] {
  const names: string[] = [];
  for (let up: TestModule | TestSuite = test.parent; up.type === 'suite'; up = up.parent) {
    names.unshift(up.name);
  }
  return names;
}

/** Returns true if a file did not finish, as when its worker crashes. */
function isCutOff(module: TestModule): boolean {
  return [...module.children.allTests()].some((test) => test.result().state === 'pending');
}

/** Adds the cause to messages such as "Worker forks emitted error". */
function withCause({ message, cause }: Errors[number]): string {
  const why = (cause as { message?: unknown } | undefined)?.message;
  return typeof why === 'string' && !message.includes(why) ? `${message} ${why}` : message;
}

function fileName(moduleId: string): string {
  return relative(process.cwd(), moduleId);
}
