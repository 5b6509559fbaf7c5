import { formatTime } from './in-words.ts';
import type { Line } from './scene.ts';

/** A file of specs that runs now. */
interface SpecFile {
  readonly name: string;
  readonly startedAt: number;
  tests: number;
  done: number;
  /** The test that runs now. */
  test: string | undefined;
}

/** The files of one project. */
interface Project {
  readonly files: number;
  readonly startedAt: number;
  left: number;
  failed: number;
  tests: number;
}

/** The result of a test. */
export type TestEnd = 'passed' | 'failed' | 'skipped';

/** The progress of a run of specs in lines: one for the whole run and one for each running file. */
export class SpecLines {
  readonly #running = new Map<string, SpecFile>();
  readonly #projects = new Map<string, Project>();
  #counts = { passed: 0, failed: 0, skipped: 0 };
  #startedAt: number | undefined;

  /** @param projects the name of the project of each file that is to run */
  begin(projects: readonly string[]): void {
    this.#startedAt = Date.now();
    this.#counts = { passed: 0, failed: 0, skipped: 0 };
    this.#projects.clear();
    for (const [name, { length }] of Map.groupBy(projects, (one) => one)) {
      const all = { files: length, left: length, failed: 0, tests: 0, startedAt: Date.now() };
      this.#projects.set(name, all);
    }
  }

  startFile(id: string, path: string): void {
    const name = path.replace(/^specs\//, '');
    const file = { name, startedAt: Date.now(), tests: 0, done: 0, test: undefined };
    this.#running.set(id, file);
  }

  /** Records the number of tests of a file, which is known once it is read. */
  collected(id: string, tests: number): void {
    const file = this.#running.get(id);
    if (file !== undefined) file.tests = tests;
  }

  startTest(id: string, name: string): void {
    const file = this.#running.get(id);
    if (file !== undefined) file.test = name;
  }

  endTest(id: string, end: TestEnd): void {
    this.#counts[end] += 1;
    const file = this.#running.get(id);
    if (file === undefined) return;
    file.done += 1;
    file.test = undefined;
  }

  /** Returns the summary of a project after the last of its files. */
  endFile(
    id: string,
    projectName: string,
    failed: boolean,
  ): { text: string; failed: boolean } | undefined {
    const tests = this.#running.get(id)?.tests ?? 0;
    this.#running.delete(id);
    const project = this.#projects.get(projectName);
    if (project === undefined) return undefined;
    project.left -= 1;
    project.tests += tests;
    if (failed) project.failed += 1;
    if (project.left > 0 || project.files === 1) return undefined;
    const time = formatTime(Date.now() - project.startedAt);
    const files = project.failed === 0 ? '' : `, ${project.failed} failed`;
    const text = `|${projectName}| ${project.files} files${files} (${project.tests} tests) ${time}`;
    return { text, failed: project.failed > 0 };
  }

  /** Returns the number of files of a project. */
  filesOf(projectName: string): number {
    return this.#projects.get(projectName)?.files ?? 0;
  }

  finish(): void {
    this.#startedAt = undefined;
    this.#running.clear();
  }

  /** Nothing when no specs run. */
  lines(): Line[] {
    if (this.#startedAt === undefined) return [];
    const all = [...this.#projects.values()];
    const files = all.reduce((sum, one) => sum + one.files, 0);
    const left = all.reduce((sum, one) => sum + one.left, 0);
    const { passed, failed, skipped } = this.#counts;
    const counts = [
      `${files - left} of ${files} files`,
      `${passed} passed`,
      ...(failed === 0 ? [] : [`${failed} failed`]),
      ...(skipped === 0 ? [] : [`${skipped} skipped`]),
    ];
    const time = formatTime(Date.now() - this.#startedAt);
    const whole: Line = {
      state: 'running',
      depth: 0,
      title: 'specs',
      done: counts.join(', '),
      time,
    };
    return [whole, ...[...this.#running.values()].map(lineOf)];
  }
}

function lineOf({ name, startedAt, tests, done, test }: SpecFile): Line {
  return {
    state: 'running',
    depth: 1,
    title: name,
    done: tests === 0 ? '' : `${done} of ${tests}`,
    ...(test === undefined ? {} : { now: { what: test, howFar: undefined } }),
    time: formatTime(Date.now() - startedAt),
  };
}
