import type { TestLabel, TestResult } from '@allurereport/core-api';
import { hostPrefix } from '../results/results-writer.ts';
import { topologyOf } from '../results/labels/topology-label.ts';

/**
 * Gives each test the worker that ran it as its thread, which is a lane of Allure's timeline. Allure only knows processes,
 * of which each test file has one. Set-ups and teardowns keep their lanes.
 */
export function withLanes(tests: readonly TestResult[]): TestResult[] {
  const lanes = lanesOf(tests.filter(({ fullName = '' }) => !fullName.startsWith(hostPrefix)));
  return tests.map((test) => {
    const lane = lanes.get(test);
    return lane === undefined ? test : { ...test, labels: withThread(test.labels, lane) };
  });
}

function withThread(labels: readonly TestLabel[], lane: number): TestLabel[] {
  return [
    ...labels.filter(({ name }) => name !== 'thread'),
    { name: 'thread', value: `worker ${lane + 1}` },
  ];
}

/** Gives each file the first lane that is free while it runs. */
function lanesOf(tests: readonly TestResult[]): ReadonlyMap<TestResult, number> {
  const runs = [...Map.groupBy(tests, fileKey).values()].map((all) => ({
    all,
    start: Math.min(...all.map(({ start = 0 }) => start)),
    stop: Math.max(...all.map(({ start = 0, duration = 0 }) => start + duration)),
  }));
  const freeFrom: number[] = [];
  const lanes = new Map<TestResult, number>();
  for (const { all, start, stop } of runs.toSorted((one, other) => one.start - other.start)) {
    const free = freeFrom.findIndex((time) => time <= start);
    const lane = free < 0 ? freeFrom.length : free;
    freeFrom[lane] = stop;
    for (const test of all) lanes.set(test, lane);
  }
  return lanes;
}

/** Returns the key of one file on one topology, which one process runs. */
function fileKey({ fullName = '', labels }: TestResult): string {
  return `${topologyOf({ labels }) ?? ''} ${fullName.split('#', 1)[0] ?? ''}`;
}
