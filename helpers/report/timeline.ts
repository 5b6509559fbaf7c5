import type { TestResult, TestStatus, TestStepResult } from '@allurereport/core-api';
import { z } from 'zod';
import type { ReportData } from './report-data.ts';
import { hostPrefix } from './results-writer.ts';
import { topologyOf } from './topology-label.ts';

/** As Allure's page reads it: what happened when, in lanes (`thread`) of a panel (`host`). */
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
 * Draws the timeline by what a reader knows: set-ups and take-downs get a lane a machine, beside their own, and specs a lane a
 * worker. Allure knows processes only, of which each file of specs has one.
 */
export function withLanes(data: ReportData, tests: readonly TestResult[]): ReportData {
  const items = z.array(timelineItem).parse(JSON.parse(data.get(file)?.toString() ?? '[]'));
  const around = new Map(
    tests
      .filter(({ fullName = '' }) => fullName.startsWith(hostPrefix))
      .map((one) => [one.id, one]),
  );
  const lanes = items
    .filter(({ id }) => around.has(id))
    .flatMap((item) => [item, ...machineItems(item, around.get(item.id)?.steps ?? [])]);
  const files = new Map(tests.map((one) => [one.id, fileKey(one)]));
  const specs = inWorkers(
    items.filter(({ id }) => !around.has(id)),
    files,
  );
  return new Map([...data, [file, Buffer.from(JSON.stringify([...lanes, ...specs]))]]);
}

/** What a set-up did on machines: the outermost step of each. */
function machineItems(
  around: TimelineItem,
  steps: readonly TestStepResult[],
): (TimelineItem & { status: TestStatus })[] {
  return steps.flatMap((step) => {
    if (step.type !== 'step') return [];
    const machine = step.parameters.find(({ name }) => name === 'machine')?.value;
    const { start, duration = 0, name, status } = step;
    if (machine === undefined || start === undefined) return machineItems(around, step.steps);
    return [{ ...around, name, status, thread: machine, start, duration }];
  });
}

/** What one process runs in one go: a file, on one topology. */
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
