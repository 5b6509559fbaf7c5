import { existsSync } from 'node:fs';
import type { HistoryDataPoint, HistoryTestResult } from '@allurereport/core-api';
import { listDifferences, readRanOn } from '../results/labels/environment-info.ts';
import { topologyOf } from '../results/labels/topology-label.ts';
import { specFileOf } from '../results/spec-file.ts';
import { placeOf } from './read-run.ts';
import { isBad, type Run, type RunResult } from './run.ts';
import { omitUndefined } from '../../process/omit-undefined.ts';

/** A spec that is not among the results any more. */
export interface GoneSpec {
  readonly name: string;
  readonly where: string;
}

/** The changes since the last run of each spec; for most specs, that is the run before. */
export interface Changes {
  /** The start of the run before, in milliseconds since the epoch; undefined in the first run. */
  readonly since: number | undefined;
  readonly failing: readonly RunResult[];
  readonly fixed: readonly RunResult[];
  readonly added: readonly RunResult[];
  readonly gone: readonly GoneSpec[];
  readonly skipped: readonly RunResult[];
  readonly slower: readonly { readonly result: RunResult; readonly usual: number }[];
  /** In words: "seed: engine 20.10.5 → 20.10.24". */
  readonly ranOn: readonly string[];
}

/** Compares a run with those before it. A spec that the last one left out is compared with the last that had it. */
export function compareRuns(run: Run): Changes {
  const { earlier } = run;
  const results = earlier.length === 0 ? [] : run.results;
  const specs = results.filter(({ around }) => !around);
  return {
    since: earlier[0]?.timestamp,
    failing: results.filter((one) => isBad(one.status) && lastStatus(one) === 'passed'),
    fixed: results.filter((one) => one.status === 'passed' && isBad(lastStatus(one))),
    added: specs.filter((one) => one.earlier.length === 0 && !isBad(one.status)),
    gone: listGone(run),
    skipped: specs.filter((one) => one.status === 'skipped' && lastStatus(one, true) === 'passed'),
    slower: results.flatMap((result) => {
      const usual = slowestOf(result.earlier);
      return usual !== undefined && isSlower(result, usual) ? [{ result, usual }] : [];
    }),
    ranOn: results.flatMap(differencesOf),
  };
}

/** For how many runs, this one among them, and since when it has been failing. */
export function failingSince({ earlier, start }: RunResult): { runs: number; since?: number } {
  const ran = earlier.filter(({ status }) => status !== 'skipped' && status !== 'unknown');
  const well = ran.findIndex(({ status }) => !isBad(status));
  const failed = well < 0 ? ran : ran.slice(0, well);
  const since = failed.at(-1)?.start ?? start;
  return { runs: failed.length + 1, ...omitUndefined({ since }) };
}

/** Returns the outcome of its last run; skipped ones count only on request. */
function lastStatus({ earlier }: RunResult, skippedCounts = false) {
  return earlier.find(
    ({ status }) => status !== 'unknown' && (skippedCounts || status !== 'skipped'),
  )?.status;
}

const comparedRuns = 5;

/** Returns the longest duration of recent passed runs; undefined with too few for a comparison. */
function slowestOf(earlier: readonly HistoryTestResult[]): number | undefined {
  const durations = earlier
    .filter(({ status }) => status === 'passed')
    .slice(0, comparedRuns)
    .flatMap(({ duration }) => duration ?? []);
  return durations.length < 3 ? undefined : Math.max(...durations);
}

/** More than a busy machine explains. */
function isSlower({ status, duration = 0 }: RunResult, usual: number): boolean {
  return status === 'passed' && duration > 2 * usual && duration - usual > 3_000;
}

function differencesOf({ topology, ranOn, earlier }: RunResult): string[] {
  const before = earlier.map(readRanOn).find((one) => one !== undefined);
  if (ranOn === undefined || before === undefined) return [];
  return listDifferences(before, ranOn).map((one) => `${topology}: ${one}`);
}

/** Lists tests that the last run of a spec file on the same topology had and this run lacks, and tests of deleted files. */
function listGone({ results, earlier }: Run): GoneSpec[] {
  const here = new Set(results.flatMap(({ historyId }) => historyId ?? []));
  const ran = new Map(
    results.map(({ file, topology }) => [groupOf(file, topology), file !== undefined]),
  );
  const before = [
    ...[...ran].flatMap(([group, isFile]) => (isFile ? lastOf(group, earlier) : [])),
    ...Object.entries(earlier[0]?.testResults ?? {}).filter(([, one]) => isOfGoneFile(one)),
  ];
  return before
    .filter(([id, { status }]) => !here.has(id) && !isBad(status))
    .map(([, { name, labels = [] }]) => ({ name, where: placeOf(labels) }));
}

function isOfGoneFile({ fullName }: HistoryTestResult): boolean {
  const file = specFileOf(fullName ?? '');
  return file !== undefined && !existsSync(file);
}

function lastOf(
  group: string,
  earlier: readonly HistoryDataPoint[],
): [string, HistoryTestResult][] {
  for (const { testResults } of earlier) {
    const found = Object.entries(testResults).filter(
      ([, { fullName, labels = [] }]) =>
        groupOf(specFileOf(fullName ?? ''), topologyOf({ labels })) === group,
    );
    if (found.length > 0) return found;
  }
  return [];
}

function groupOf(file: string | undefined, topology: string | undefined): string {
  return `${topology ?? ''} ${file ?? ''}`;
}
