import { stripVTControlCharacters } from 'node:util';
import type { SerializedError, TestCase, TestModule, TestSuite } from 'vitest/node';
import { type TextLayout, painter, wrapText } from '../report/text/text-layout.ts';
import { ownFrames } from '../report/results/stack.ts';

/** A test, hook or file that failed, as the terminal shows it. */
export interface Failure {
  readonly title: string;
  /** The spec file, from the project's root. */
  readonly file: string;
  readonly errors: readonly SerializedError[];
}

/** Failures that are shown with their messages. */
const shownFailures = 20;
const shownDiff = 14;
const shownFrames = 3;
/** Characters of a message; the report has all of it. */
const shownMessage = 400;
const indent = 4;

/** Tests that failed, then hooks and files, then errors outside of all of them; each once. */
export function listFailures(
  modules: readonly TestModule[],
  errors: readonly SerializedError[],
): Failure[] {
  return [
    ...modules.flatMap((module) => {
      const suites = [module, ...module.children.allSuites()];
      return [
        ...[...module.children.allTests('failed')].map(failureOfTest),
        ...suites.filter((one) => one.errors().length > 0).map(failureOfSuite),
      ];
    }),
    ...errors.map((error) => ({ title: 'Error outside of any test', file: '', errors: [error] })),
  ];
}

function failureOfTest(test: TestCase): Failure {
  const { errors = [] } = test.result();
  return { title: test.name, file: test.module.relativeModuleId, errors };
}

function failureOfSuite(suite: TestModule | TestSuite): Failure {
  const isFile = suite.type === 'module';
  return {
    title: isFile ? 'The file can be run' : `Hooks of "${suite.fullName}"`,
    file: isFile ? suite.relativeModuleId : suite.module.relativeModuleId,
    errors: suite.errors(),
  };
}

/** Each failure in a few lines: title, place, what happened. */
export function renderFailures(failures: readonly Failure[], layout: TextLayout): string[] {
  const more = failures.length - shownFailures;
  return [
    ...failures.slice(0, shownFailures).flatMap((one) => renderFailure(one, layout)),
    ...(more > 0 ? [`✖ and ${more} more; see the report`] : []),
  ];
}

function renderFailure({ title, file, errors }: Failure, layout: TextLayout): string[] {
  const paint = painter(layout);
  const [first, ...others] = errors;
  const place = first === undefined ? file : placeOf(first, file);
  const said = new Set([first?.message]);
  const also = others.filter(({ message }) => !said.has(message) && said.add(message));
  return [
    ...wrapText(title, layout, `${paint('red', '✖')} `, 2),
    ...(place === '' ? [] : [`${' '.repeat(indent)}${paint('dim', place)}`]),
    ...(first === undefined ? [] : renderError(first, layout)),
    ...also.flatMap((one) => renderError(one, layout)),
  ];
}

function renderError(error: SerializedError, layout: TextLayout): string[] {
  const [line = ''] = stripVTControlCharacters(error.message).split('\n', 1);
  const message = line.length > shownMessage ? `${line.slice(0, shownMessage)}…` : line;
  const diff = diffOf(error);
  // An unexpected error is a defect of a spec or of the harness: its message alone does not say where.
  const frames = isExpected(error) ? [] : framesOf(error).slice(0, shownFrames);
  const head = isExpected(error) || error.name === undefined ? '' : `${error.name}: `;
  return [
    ...wrapText(`${head}${message}`.trim(), layout, ' '.repeat(indent), indent),
    ...[...diff, ...frames].map((one) => `${' '.repeat(indent)}${one}`),
  ];
}

/** Returns the difference, if the message does not contain it. */
function diffOf(error: SerializedError): string[] {
  const { diff } = error;
  if (typeof diff !== 'string') return [];
  const lines = stripVTControlCharacters(diff)
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^[-+] (Expected|Received)$/.test(line));
  const changed = lines.filter((line) => /^[-+]/.test(line));
  if (changed.length <= 2) return [];
  const more = lines.length - shownDiff;
  return [...lines.slice(0, shownDiff), ...(more > 0 ? [`… ${more} more lines`] : [])];
}

/** Errors of a language's own are defects of code; assertions and errors of the harness are worded for people. */
function isExpected({ name = 'Error' }: SerializedError): boolean {
  return !['TypeError', 'ReferenceError', 'RangeError', 'SyntaxError', 'ZodError'].includes(name);
}

/** The line of the spec, or else the innermost line of this project. */
function placeOf(error: SerializedError, file: string): string {
  const frames = framesOf(error).map(placeIn);
  const name = file.split('/').at(-1) ?? '';
  return frames.find((one) => name !== '' && one.includes(name)) ?? (file || (frames[0] ?? ''));
}

/** The file, line and column of a frame: "at wait (helpers/process/waits/wait-for.ts:65:11)". */
function placeIn(frame: string): string {
  const start = Math.max(frame.lastIndexOf(' '), frame.lastIndexOf('('));
  return frame.slice(start + 1).replace(/\)$/, '');
}

function framesOf({ stack = '' }: SerializedError): string[] {
  return ownFrames(stack)
    .split('\n')
    .filter((line) => /^\s*at /.test(line))
    .map((line) => line.trim());
}
