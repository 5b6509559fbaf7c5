/** Tests that may be skipped for a reason, and where they do run. A run fails on every other skip. */
export interface AllowedSkip {
  /** A spec file from the project's root, or a folder with a slash at its end. */
  readonly in: string;
  /** Matches the names of the tests: suites and title, with a space between. Left out: all tests there. */
  readonly tests?: RegExp;
  /** Matches the reason that the test gives. */
  readonly because: RegExp;
  /** The machines that run the tests: "on machines whose kernel has IPVS". */
  readonly runs: string;
  /** The workflow that provides the requirements: there, the skip is an error. */
  readonly workflow?: string;
}

/** A test as the run knows it. */
export interface NamedTest {
  /** From the project's root. */
  readonly file: string;
  /** Suites and title, with a space between. */
  readonly name: string;
}

/** A test that skipped itself, or that its file skips. */
export interface SkippedTest extends NamedTest {
  readonly why: string;
}

/** Skips of one file for one reason that the list does not allow, or an entry that matches nothing. */
export interface SkipProblem {
  readonly name: string;
  readonly message: string;
}

/** The list's place, for messages. */
const list = 'specs/allowed-skips.ts';

/**
 * Compares a run's skipped tests with the list.
 *
 * @param collected every test of the files that were collected whole
 * @param workflow the GitHub workflow that the run is part of
 */
export function findSkipProblems(
  allowed: readonly AllowedSkip[],
  collected: readonly NamedTest[],
  skipped: readonly SkippedTest[],
  workflow: string | undefined,
): SkipProblem[] {
  const unlisted = skipped.filter((test) => {
    const entry = findAllowed(allowed, test);
    return entry === undefined || isExpectedToRun(entry, workflow);
  });
  const groups = Map.groupBy(unlisted, ({ file, why }) => `${file}: ${why}`);
  return [
    ...[...groups].map(([where, tests]) => describeGroup(where, tests, allowed)),
    ...allowed.filter((entry) => isStale(entry, collected)).map(describeStale),
  ];
}

/** Returns the entry that allows a skip, wherever the run is. */
export function findAllowed(
  allowed: readonly AllowedSkip[],
  { file, name, why }: SkippedTest,
): AllowedSkip | undefined {
  return allowed.find((entry) => covers(entry, { file, name }) && entry.because.test(why));
}

function isExpectedToRun(entry: AllowedSkip, workflow: string | undefined): boolean {
  return entry.workflow !== undefined && entry.workflow === workflow;
}

function covers(entry: AllowedSkip, { file, name }: NamedTest): boolean {
  return isIn(entry, file) && (entry.tests?.test(name) ?? true);
}

function isIn(entry: AllowedSkip, file: string): boolean {
  return entry.in.endsWith('/') ? file.startsWith(entry.in) : file === entry.in;
}

function isStale(entry: AllowedSkip, collected: readonly NamedTest[]): boolean {
  const there = collected.filter(({ file }) => isIn(entry, file));
  return there.length > 0 && !there.some((test) => covers(entry, test));
}

function describeGroup(
  where: string,
  tests: readonly SkippedTest[],
  allowed: readonly AllowedSkip[],
): SkipProblem {
  const [first] = tests;
  const entry = first === undefined ? undefined : findAllowed(allowed, first);
  const hint =
    entry === undefined
      ? `let it run, or add it to ${list} with where it does run`
      : `provide the requirements: ${list} says that the workflow ${entry.workflow} runs it`;
  return {
    name: `Skipped without being allowed: ${where}`,
    message: `${tests.map(({ name }) => name).join(', ')}; ${hint}`,
  };
}

function describeStale({ in: place, tests, because }: AllowedSkip): SkipProblem {
  return {
    name: `Stale entry of ${list}: ${place} ${tests ?? because}`,
    message: 'it matches no test there; correct or remove it',
  };
}
