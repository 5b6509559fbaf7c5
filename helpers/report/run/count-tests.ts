import type { TestResult } from '@allurereport/core-api';
import { z } from 'zod';
import type { ReportData } from './report-data.ts';
import { hostPrefix } from '../results/results-writer.ts';

const statistic = z.looseObject({
  total: z.number(),
  passed: z.number().optional(),
  new: z.number().optional(),
});
const group = z.looseObject({
  groups: z.array(z.string()).default([]),
  leaves: z.array(z.string()).default([]),
  statistic,
});
const tree = z.looseObject({
  root: z.looseObject({
    groups: z.array(z.string()).default([]),
    leaves: z.array(z.string()).default([]),
  }),
  groupsById: z.record(z.string(), group),
});
const listed = z.array(z.looseObject({ id: z.string() }));
const pie = z.looseObject({ percentage: z.number() });

/**
 * Removes passed set-ups and teardowns from everything that Allure counts and lists, so that the report has as many tests
 * as the terminal. Their pages stay; the overview links to them. A failed one is counted, as on the terminal.
 */
export function withTestsOnly(data: ReportData, tests: readonly TestResult[]): ReportData {
  const around = tests.filter(
    ({ fullName = '', status }) => fullName.startsWith(hostPrefix) && status === 'passed',
  );
  const hidden = new Map(around.map((one) => [one.id, one]));
  if (hidden.size === 0) return data;
  return new Map(
    [...data].map(([name, content]) => {
      const change = changes.find(
        ([ending]) => name.startsWith('widgets/') && name.endsWith(ending),
      );
      if (change === undefined) return [name, content];
      const ids = idsIn(name, data, hidden);
      return [name, Buffer.from(JSON.stringify(change[1](JSON.parse(content.toString()), ids)))];
    }),
  );
}

type Hidden = ReadonlyMap<string, TestResult>;

const changes: readonly (readonly [
  ending: string,
  change: (json: unknown, hidden: Hidden) => unknown,
])[] = [
  ['/statistic.json', (json, hidden) => lessOf(statistic.parse(json), [...hidden.values()])],
  ['/pie_chart.json', (json, hidden) => lessOfPie(json, hidden.size)],
  [
    '/nav.json',
    (json, hidden) =>
      z
        .array(z.string())
        .parse(json)
        .filter((id) => !hidden.has(id)),
  ],
  ['/search-index.json', (json, hidden) => listed.parse(json).filter(({ id }) => !hidden.has(id))],
  ['/tree.json', (json, hidden) => lessOfTree(json, hidden)],
  ['/timeline.json', (json, hidden) => listed.parse(json).filter(({ id }) => !hidden.has(id))],
];

/** Returns the IDs in the same folder of widgets: each environment has a separate list. */
function idsIn(name: string, data: ReportData, hidden: Hidden): Hidden {
  const nav = data.get(`${name.slice(0, name.lastIndexOf('/') + 1)}nav.json`);
  if (nav === undefined) return hidden;
  const ids = new Set(z.array(z.string()).parse(JSON.parse(nav.toString())));
  return new Map([...hidden].filter(([id]) => ids.has(id)));
}

function lessOf(counts: z.infer<typeof statistic>, hidden: readonly TestResult[]) {
  const fresh = hidden.filter(({ transition }) => transition === 'new').length;
  const { total, passed = 0, new: added, ...rest } = counts;
  return {
    ...rest,
    total: total - hidden.length,
    passed: passed - hidden.length,
    ...(added === undefined || added === fresh ? {} : { new: added - fresh }),
  };
}

/** The slices differ by less than one sees. */
function lessOfPie(json: unknown, count: number): unknown {
  const { slices, ...chart } = pie
    .extend({ slices: z.array(z.looseObject({ status: z.string(), count: z.number() })) })
    .parse(json);
  const left = slices.map((one) =>
    one.status === 'passed' ? { ...one, count: one.count - count } : one,
  );
  const total = left.reduce((sum, one) => sum + one.count, 0);
  const passed = left.find(({ status }) => status === 'passed')?.count ?? 0;
  const percentage = total === 0 ? chart.percentage : Math.floor((passed / total) * 100);
  return { ...chart, slices: left, percentage };
}

function lessOfTree(json: unknown, hidden: Hidden): unknown {
  const { root, groupsById, ...rest } = tree.parse(json);
  const left: Record<string, unknown> = {};
  /** Returns the removed results below a group; an empty group is removed itself. */
  const prune = (id: string): readonly TestResult[] => {
    const one = groupsById[id];
    if (one === undefined) return [];
    const gone = [
      ...one.groups.flatMap(prune),
      ...one.leaves.flatMap((leaf) => hidden.get(leaf) ?? []),
    ];
    if (one.statistic.total === gone.length) return gone;
    left[id] = {
      ...one,
      groups: one.groups.filter((inner) => inner in left),
      leaves: one.leaves.filter((leaf) => !hidden.has(leaf)),
      statistic: lessOf(one.statistic, gone),
    };
    return gone;
  };
  for (const id of root.groups) prune(id);
  const groups = root.groups.filter((id) => id in left);
  const leaves = root.leaves.filter((leaf) => !hidden.has(leaf));
  return { ...rest, root: { ...root, groups, leaves }, groupsById: left };
}
