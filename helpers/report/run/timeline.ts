import type { TestResult } from '@allurereport/core-api';
import { z } from 'zod';
import type { ReportData } from './report-data.ts';
import { hostPrefix } from '../results/results-writer.ts';
import { topologyOf } from '../results/labels/topology-label.ts';

/** A timeline entry of Allure's page: lanes (`thread`) of a panel (`host`). */
const timelineItem = z.looseObject({
  id: z.string(),
  name: z.string(),
  host: z.string(),
  thread: z.string(),
  start: z.number(),
  duration: z.number(),
});

type TimelineItem = z.infer<typeof timelineItem>;

const file = 'widgets/timeline.json';

/**
 * Draws the timeline with one lane per worker. Allure only knows processes, of which each test file has one. The set-up of
 * a cluster, by machine, is a separate picture.
 */
export function withLanes(data: ReportData, tests: readonly TestResult[]): ReportData {
  const items = z.array(timelineItem).parse(JSON.parse(data.get(file)?.toString() ?? '[]'));
  const around = new Set(
    tests.filter(({ fullName = '' }) => fullName.startsWith(hostPrefix)).map(({ id }) => id),
  );
  const files = new Map(tests.map((one) => [one.id, fileKey(one)]));
  const setUps = items.filter(({ id }) => around.has(id));
  const inLanes = inWorkers(
    items.filter(({ id }) => !around.has(id)),
    files,
  );
  return new Map([...data, [file, Buffer.from(JSON.stringify([...setUps, ...inLanes]))]]);
}

/** Returns the key of one file on one topology, which one process runs. */
function fileKey({ fullName = '', labels }: TestResult): string {
  return `${topologyOf({ labels }) ?? ''} ${fullName.split('#', 1)[0] ?? ''}`;
}

/** Gives each file the first worker's lane that is free while it runs. */
function inWorkers(
  items: readonly TimelineItem[],
  files: ReadonlyMap<string, string>,
): TimelineItem[] {
  const runs = [...Map.groupBy(items, ({ id }) => files.get(id)).values()].map((all) => ({
    all,
    start: Math.min(...all.map(({ start }) => start)),
    stop: Math.max(...all.map(({ start, duration }) => start + duration)),
  }));
  const freeFrom: number[] = [];
  return runs
    .toSorted((one, other) => one.start - other.start)
    .flatMap(({ all, start, stop }) => {
      const free = freeFrom.findIndex((time) => time <= start);
      const lane = free < 0 ? freeFrom.length : free;
      freeFrom[lane] = stop;
      return all.map((item) => ({ ...item, thread: `worker ${lane + 1}` }));
    });
}
